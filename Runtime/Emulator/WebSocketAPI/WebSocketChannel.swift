import NIOCore
import NIOWebSocket

/// What a client does on its socket, in the order in which it does it.
enum WebSocketEvent: Sendable {
    case message(ByteBuffer, isBinary: Bool)
    /// A sign of life that carries nothing.
    case ping
    /// The last one.
    case closed(WebSocketClosure)
}

/// How a socket ended.
struct WebSocketClosure: Hashable, Sendable {
    var code: UInt16
    var reason: String

    static let normal = WebSocketClosure(code: 1_000, reason: "Connection Closed Normally")
    static let goingAway = WebSocketClosure(code: 1_001, reason: "Going away")
    static let noStatus = WebSocketClosure(code: 1_005, reason: "Client-side close frame status not set")
    static let lost = WebSocketClosure(code: 1_006, reason: "Connection closed abnormally")
}

/// The protocol of one socket: frames become messages, pings are answered, closing is shaken hands on.
///
/// - Note: Source: RFC 6455.
final class WebSocketChannel: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let receive: @Sendable (WebSocketEvent) -> Void
    private var message = ByteBuffer()
    /// The opcode of the message whose end has not come yet.
    private var opened: WebSocketOpcode?
    /// Set once a close frame has gone out.
    private var closure: WebSocketClosure?
    private var hasEnded = false
    private var context: ChannelHandlerContext?

    init(receive: @escaping @Sendable (WebSocketEvent) -> Void) { self.receive = receive }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        // What comes after a close frame of ours, but for the client's own, is not looked at.
        guard closure == nil || frame.opcode == .connectionClose else { return }
        guard frame.maskKey != nil, frame.reservedBits.isEmpty else {
            return fail(1_002, "a client's frames are masked and use no extension", context)
        }
        switch frame.opcode {
        case .text, .binary:
            guard opened == nil else { return fail(1_002, "a message began within another", context) }
            opened = frame.opcode
            take(frame, context)
        case .continuation:
            guard opened != nil else { return fail(1_002, "a continuation continues nothing", context) }
            take(frame, context)
        case .ping:
            send(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData), context)
            receive(.ping)
        case .pong: receive(.ping)
        case .connectionClose: takeClose(frame.unmaskedData, context)
        default: fail(1_002, "an opcode that is not defined", context)
        }
    }

    private func take(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        var data = frame.unmaskedData
        guard message.readableBytes + data.readableBytes <= WebSocketQuotas.messageBytesMax else {
            return fail(1_009, "Message Too Big", context)
        }
        if message.readableBytes == 0 { message = data } else { message.writeBuffer(&data) }
        guard frame.fin else { return }
        let (whole, isBinary) = (message, opened == .binary)
        message = ByteBuffer()
        opened = nil
        guard isBinary || whole.readableBytesView.withUnsafeBytes({ String(validating: $0, as: UTF8.self) != nil })
        else {
            return fail(1_007, "Invalid UTF-8", context)
        }
        receive(.message(whole, isBinary: isBinary))
    }

    private func takeClose(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        if let closure {
            end(closure)
            return context.close(promise: nil)
        }
        var data = payload
        guard data.readableBytes > 0 else {
            sendClose(nil, "", context)
            end(.noStatus)
            return context.close(promise: nil)
        }
        guard let code = data.readInteger(as: UInt16.self), Self.isAllowed(code),
            let reason = String(validating: data.readableBytesView, as: UTF8.self)
        else { return fail(1_002, "a close frame without a valid code and reason", context) }
        sendClose(code, "", context)
        end(WebSocketClosure(code: code, reason: reason))
        context.close(promise: nil)
    }

    /// - Note: Source: RFC 6455, section 7.4.
    private static func isAllowed(_ code: UInt16) -> Bool {
        switch code {
        case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
        default: false
        }
    }

    private func fail(_ code: UInt16, _ reason: String, _ context: ChannelHandlerContext) {
        let closure = WebSocketClosure(code: code, reason: reason)
        close(closure, context)
        end(closure)
    }

    private func close(_ closure: WebSocketClosure, _ context: ChannelHandlerContext) {
        guard self.closure == nil, !hasEnded else { return }
        self.closure = closure
        sendClose(closure.code, closure.reason, context)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: WebSocketQuotas.closingTime) {
            bound.value.close(promise: nil)
        }
    }

    private func sendClose(_ code: UInt16?, _ reason: String, _ context: ChannelHandlerContext) {
        var data = ByteBuffer()
        if let code {
            data.writeInteger(code)
            data.writeString(reason)
        }
        send(WebSocketFrame(fin: true, opcode: .connectionClose, data: data), context)
    }

    private func send(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    private func end(_ closure: WebSocketClosure) {
        guard !hasEnded else { return }
        hasEnded = true
        receive(.closed(closure))
    }

    // MARK: From the service

    /// Carried out on the channel's loop, in the order of the calls.
    enum Command: Sendable {
        case send(ByteBuffer, isBinary: Bool)
        case close(WebSocketClosure)
    }

    func carryOut(_ command: Command) {
        guard let context else { return }
        switch command {
        case .send(let data, let isBinary): sendMessage(data, isBinary, context)
        case .close(let closure): close(closure, context)
        }
    }

    /// In frames of the size that the gateway has.
    private func sendMessage(_ data: ByteBuffer, _ isBinary: Bool, _ context: ChannelHandlerContext) {
        guard closure == nil, !hasEnded else { return }
        var rest = data
        var opcode: WebSocketOpcode = isBinary ? .binary : .text
        repeat {
            let part = rest.readSlice(length: min(rest.readableBytes, WebSocketQuotas.frameBytesMax)) ?? ByteBuffer()
            let frame = WebSocketFrame(fin: rest.readableBytes == 0, opcode: opcode, data: part)
            context.write(wrapOutboundOut(frame), promise: nil)
            opcode = .continuation
        } while rest.readableBytes > 0
        context.flush()
    }

    // MARK: Ends

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength?: fail(1_009, "Message Too Big", context)
        case .some: fail(1_002, "this is no WebSocket frame", context)
        case nil: context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(closure ?? .lost)
        context.fireChannelInactive()
    }
}
