import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// Gets a JSON document over plain HTTP.
enum HTTPFetch {
    /// - Parameter timeout: for all of it.
    /// - Returns: nil if the address is none of plain HTTP, nobody answers with status 200 and JSON in time, or the
    ///   document is longer than `bytesMax`.
    static func json(
        _ address: String, on loop: any EventLoop, timeout: TimeAmount, bytesMax: Int
    ) async -> JSONValue? {
        guard let target = Target(address) else { return nil }
        let promise = loop.makePromise(of: ByteBuffer.self)
        let bootstrap = ClientBootstrap(group: loop).connectTimeout(timeout).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(Reader(target: target, bytesMax: bytesMax, promise: promise))
            }
        }
        bootstrap.connect(host: target.host, port: target.port).whenComplete { result in
            switch result {
            case .success(let channel):
                let alarm = channel.eventLoop.scheduleTask(in: timeout) {
                    promise.fail(ChannelError.connectTimeout(timeout))
                }
                promise.futureResult.whenComplete { _ in
                    alarm.cancel()
                    channel.close(promise: nil)
                }
            case .failure(let error): promise.fail(error)
            }
        }
        guard let body = try? await promise.futureResult.get() else { return nil }
        return try? parseJSON(Array(body.readableBytesView))
    }

    private struct Target {
        var authority: String
        var host: String
        var port: Int
        var path: String

        init?(_ address: String) {
            let scheme = "http://"
            guard address.hasPrefix(scheme) else { return nil }
            let rest = address.dropFirst(scheme.count)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            let authority = String(rest[..<end])
            self.authority = authority
            path = end == rest.endIndex ? "/" : String(rest[end...])
            let colon = authority.lastIndex(of: ":")
            let port = colon.map { Int(authority[authority.index(after: $0)...]) } ?? 80
            host = colon.map { String(authority[..<$0]) } ?? authority
            guard let port, !host.isEmpty else { return nil }
            self.port = port
        }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart
        typealias OutboundOut = HTTPClientRequestPart

        private let target: Target
        private let bytesMax: Int
        private let promise: EventLoopPromise<ByteBuffer>
        private var body = ByteBuffer()

        init(target: Target, bytesMax: Int, promise: EventLoopPromise<ByteBuffer>) {
            self.target = target
            self.bytesMax = bytesMax
            self.promise = promise
        }

        func channelActive(context: ChannelHandlerContext) {
            let headers: HTTPHeaders = ["Host": target.authority, "Accept": "application/json", "Connection": "close"]
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: target.path, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                if head.status != .ok { promise.fail(HTTPParserError.invalidStatus) }
            case .body(var part):
                guard body.readableBytes + part.readableBytes <= bytesMax else {
                    return promise.fail(HTTPParserError.invalidContentLength)
                }
                body.writeBuffer(&part)
            case .end: promise.succeed(body)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.fail(error) }

        func channelInactive(context: ChannelHandlerContext) { promise.fail(ChannelError.eof) }
    }
}
