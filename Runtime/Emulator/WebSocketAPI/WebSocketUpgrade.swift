import Crypto
import Items
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// The opening handshake of a WebSocket.
///
/// - Note: Source: RFC 6455, section 4.2.
enum WebSocketHandshake {
    /// The answer to `Sec-WebSocket-Key`; nil if the request asks for no WebSocket.
    static func accept(_ request: HTTPRequest) -> String? {
        guard request.method == .GET, isUpgrade(request),
            let key = request.headers.first(name: "Sec-WebSocket-Key"), Base64.bytes(of: key)?.count == 16
        else { return nil }
        let digest = Insecure.SHA1.hash(data: Array("\(key)258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        return Base64.text(of: Array(digest))
    }

    static func isUpgrade(_ request: HTTPRequest) -> Bool {
        request.headers[canonicalForm: "Upgrade"].contains { $0.lowercased() == "websocket" }
            && request.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
    }

    static func isKnownVersion(_ request: HTTPRequest) -> Bool {
        request.headers.first(name: "Sec-WebSocket-Version") == "13"
    }
}

/// Turns an HTTP connection into the socket of a client.
struct WebSocketUpgrade: HTTPUpgrade {
    /// Called with the socket before the first event comes.
    let opened: @Sendable (WebSocketHandle) -> Void
    let receive: @Sendable (WebSocketEvent) -> Void

    func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations, of channel: any Channel) throws {
        let socket = WebSocketChannel(receive: receive)
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark,
            value: ChannelOptions.Types.WriteBufferWaterMark(
                low: WebSocketQuotas.bufferedBytesMax / 2, high: WebSocketQuotas.bufferedBytesMax))
        opened(WebSocketHandle(channel: channel, socket: NIOLoopBound(socket, eventLoop: channel.eventLoop)))
        try pipeline.addHandlers([
            ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: WebSocketQuotas.frameBytesMax)),
            WebSocketFrameEncoder(), socket,
        ])
    }
}

/// The way from any thread to a client's socket.
struct WebSocketHandle: Sendable {
    fileprivate let channel: any Channel
    fileprivate let socket: NIOLoopBound<WebSocketChannel>

    /// Whether less is on its way to the client than the ceiling.
    var isWritable: Bool { channel.isWritable }

    func send(_ data: ByteBuffer, isBinary: Bool) { carryOut(.send(data, isBinary: isBinary)) }

    func close(_ closure: WebSocketClosure) { carryOut(.close(closure)) }

    private func carryOut(_ command: WebSocketChannel.Command) {
        if channel.eventLoop.inEventLoop {
            socket.value.carryOut(command)
        } else {
            channel.eventLoop.execute { socket.value.carryOut(command) }
        }
    }

    /// Whether what the client sends is read.
    func setReading(_ isReading: Bool) { channel.setOption(.autoRead, value: isReading).whenFailure { _ in } }
}
