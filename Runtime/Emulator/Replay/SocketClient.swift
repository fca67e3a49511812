import JSON
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization

/// Someone's app on a WebSocket API: a real connection to the emulator's address.
final class SocketClient: Sendable {
    /// What has come from the other end.
    struct Inbox: Sendable {
        /// Messages, parsed if they are JSON.
        var messages: [JSONValue] = []
        var closeCode: Int?
        var isClosed = false
        /// Of the answer, if it was no socket.
        var refusal: Int?
    }

    private final class Mailbox: Sendable {
        let inbox = Mutex(Inbox())
    }

    private let channel: any Channel
    private let mailbox: Mailbox
    private static let frameBytesMax = 131_072

    private init(_ channel: any Channel, _ mailbox: Mailbox) {
        self.channel = channel
        self.mailbox = mailbox
    }

    var inbox: Inbox { mailbox.inbox.withLock { $0 } }

    /// - Parameter path: with its query.
    /// - Returns: the socket, or the status with which it was refused.
    static func open(
        host: String, port: Int, path: String, headers: HTTPHeaders
    ) async throws(EmulatorError) -> Result<SocketClient, Refusal> {
        let mailbox = Mailbox()
        let upgrader = NIOTypedWebSocketClientUpgrader<Bool>(maxFrameSize: frameBytesMax) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(FrameReader(mailbox))
                return true
            }
        }
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
        let upgrade = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: head, upgraders: [upgrader],
            notUpgradingCompletionHandler: { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RefusalReader(mailbox))
                    return false
                }
            })
        do {
            let (channel, opened) = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: host, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        return (
                            channel,
                            try pipeline.configureUpgradableHTTPClientPipeline(
                                configuration: NIOUpgradableHTTPClientPipelineConfiguration(
                                    upgradeConfiguration: upgrade))
                        )
                    }
                }
            guard try await opened.get() else {
                let status = mailbox.inbox.withLock { $0.refusal } ?? 0
                channel.close(promise: nil)
                return .failure(Refusal(status: status))
            }
            return .success(SocketClient(channel, mailbox))
        } catch {
            throw EmulatorError("The socket can't be opened: \(error)")
        }
    }

    struct Refusal: Error {
        var status: Int
    }

    func send(_ text: String) { write(.text, ByteBuffer(string: text)) }

    /// Says goodbye; the channel closes when the other end has answered.
    func close() {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: .normalClosure)
        write(.connectionClose, data)
    }

    /// Goes away without a word.
    func drop() { channel.close(promise: nil) }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        channel.writeAndFlush(
            WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data), promise: nil)
    }

    private final class FrameReader: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame

        private let mailbox: Mailbox

        init(_ mailbox: Mailbox) { self.mailbox = mailbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            var bytes = frame.unmaskedData
            switch frame.opcode {
            case .text, .binary:
                let text = String(buffer: bytes)
                mailbox.inbox.withLock { $0.messages.append((try? parseJSON(text)) ?? .string(text)) }
            case .connectionClose:
                let code = bytes.readInteger(as: UInt16.self).map { Int($0) }
                mailbox.inbox.withLock { $0.closeCode = code }
                context.close(promise: nil)
            default: break
            }
        }

        func channelInactive(context: ChannelHandlerContext) { mailbox.inbox.withLock { $0.isClosed = true } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private final class RefusalReader: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart

        private let mailbox: Mailbox

        init(_ mailbox: Mailbox) { self.mailbox = mailbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = unwrapInboundIn(data) else { return }
            mailbox.inbox.withLock { $0.refusal = Int(head.status.code) }
        }
    }
}
