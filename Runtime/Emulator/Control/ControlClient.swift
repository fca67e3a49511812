package import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks something of an emulator that runs elsewhere.
package struct ControlClient: Sendable {
    private let host: String
    private let port: Int

    /// - Parameter endpoint: such as `http://127.0.0.1:4566`.
    package init(endpoint: String) throws(EmulatorError) {
        let parts = endpoint.split(separator: "/", maxSplits: 1)
        let address = endpoint.hasPrefix("http://") ? parts.last?.drop { $0 == "/" } : nil
        guard let address, let colon = address.lastIndex(of: ":"),
            let port = Int(address[address.index(after: colon)...])
        else {
            throw EmulatorError("--endpoint takes an address such as http://127.0.0.1:4566, not '\(endpoint)'.")
        }
        host = String(address[..<colon])
        self.port = port
    }

    /// - Parameter path: below `/_emulator/`, with its query.
    /// - Throws: `EmulatorError` if there is no emulator at the address, or with its words if it refuses.
    package func call(_ method: String, _ path: String, _ input: JSONValue? = nil) async throws -> JSONValue {
        var head = HTTPRequestHead(version: .http1_1, method: .RAW(value: method), uri: ControlAPI.pathPrefix + path)
        let body = ByteBuffer(bytes: input?.compactBytes ?? [])
        head.headers = [
            "Host": "\(host):\(port)", "Content-Type": "application/json", "Content-Length": "\(body.readableBytes)",
            "Connection": "close",
        ]
        let (status, answer) = try await exchange(head, body)
        guard let value = try? parseJSON(Array(answer.readableBytesView)) else {
            throw EmulatorError("What answers at \(host):\(port) is no emulator.")
        }
        guard status == .ok else {
            throw EmulatorError(value["message"]?.string ?? "The emulator at \(host):\(port) answered \(status.code).")
        }
        return value
    }

    private func exchange(
        _ head: HTTPRequestHead, _ body: ByteBuffer
    ) async throws -> (HTTPResponseStatus, ByteBuffer) {
        let channel: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw EmulatorError("No emulator answers at \(host):\(port). Start it, or name its address by --endpoint.")
        }
        return try await channel.executeThenClose { inbound, outbound in
            // At once: a peer that has all it needs may answer and close before another write.
            try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(body)), .end(nil)])
            var status = HTTPResponseStatus.badGateway
            var answer = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let head): status = head.status
                case .body(var part): answer.writeBuffer(&part)
                case .end: return (status, answer)
                }
            }
            return (status, answer)
        }
    }
}
