import DequeModule
import NIOCore
import NIOHTTP1

/// Collects the requests of a connection, hands them to the service one at a time in order, and writes its answers.
///
/// It takes the place of NIO's response encoder and pipelining handler, which between them cost four changes of the
/// poller's interest and several buffers per exchange; requests that a client pipelines wait here instead.
final class HTTPConnection: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// Requests that wait for the answer to the one before; a client that sends more is cut off.
    private static let pipelinedMax = 1_000
    /// Smaller bodies are copied behind their head and leave in one write.
    private static let copiedBodyBytesMax = 16_384

    private struct Exchange {
        var request: HTTPRequest
        var keepsAlive: Bool
    }

    private let service: any HTTPService
    private let bodyBytesMax: Int
    /// How long a request that has begun may be silent.
    private let readTimeout: TimeAmount
    /// Bytes have come since the end of the latest request.
    private var isRequestUnfinished = false
    private var lastReadAt = NIODeadline.distantPast
    private var readTimer: Scheduled<Void>?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var isBodyCut = false
    /// In the place of `body` while a service takes it part by part.
    private var streamed: StreamedBody?
    /// What a client sent ahead, behind a body that a service has not taken whole yet.
    private var sentAhead: [HTTPServerRequestPart] = []
    private var isReadHeld = false
    private var waiting = Deque<Exchange>()
    private var isAnswering = false
    /// The client sends no more; it may still read.
    private var isInputClosed = false
    private var failure: String?
    /// The handlers in front, which leave the pipeline with this one.
    var removesBeforeUpgrade: [any RemovableChannelHandler] = []

    init(service: any HTTPService, bodyBytesMax: Int, readTimeout: TimeAmount) {
        self.service = service
        self.bodyBytesMax = bodyBytesMax
        self.readTimeout = readTimeout
    }

    // MARK: Slow clients

    func handlerAdded(context: ChannelHandlerContext) { watch(context, for: readTimeout) }

    /// Told by ``ReadWatch``, before the bytes are understood.
    func bytesArrived() {
        isRequestUnfinished = true
        lastReadAt = .now()
    }

    private func watch(_ context: ChannelHandlerContext, for time: TimeAmount) {
        readTimer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.checkSilence(context) }
    }

    private func checkSilence(_ context: ChannelHandlerContext) {
        let silence = NIODeadline.now() - lastReadAt
        guard isRequestUnfinished, !isAnswering else { return watch(context, for: readTimeout) }
        guard silence >= readTimeout else { return watch(context, for: readTimeout - silence) }
        failure = "a request was begun and not finished"
        write(HTTPResponse(.requestTimeout), isHead: false, keepsAlive: false, context)
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if streamed?.end != nil { sentAhead.append(part) } else { take(part, context) }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            self.head = head
            isBodyCut = false
            if head.headers.contains(name: "Content-Length") || head.headers.contains(name: "Transfer-Encoding") {
                streamed = service.sink(for: head).map(StreamedBody.init)
            }
            if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
                context.writeAndFlush(
                    wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
            }
        case .body(var part) where streamed != nil:
            streamed!.append(&part)
            feed(context)
        case .body(var part):
            // The rest of an oversized body is read and dropped, so that the client gets the answer and not a reset.
            guard !isBodyCut, body.readableBytes + part.readableBytes <= bodyBytesMax else { return isBodyCut = true }
            if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
        case .end(let trailers):
            guard let head else { return }
            self.head = nil
            isRequestUnfinished = false
            if streamed != nil {
                streamed!.end = (head, trailers)
                feed(context)
            } else {
                enqueue(head, trailers, context)
            }
        }
    }

    /// Gives the sink what has come, once it is done with what came before.
    private func feed(_ context: ChannelHandlerContext) {
        if let part = streamed?.next() {
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let loop = context.eventLoop
            streamed!.sink.receive(part) {
                loop.execute {
                    let (handler, context) = bound.value
                    handler.streamed?.sinkIsReady()
                    handler.feed(context)
                }
            }
        }
        if let body = streamed, body.isDrained, let end = body.end {
            streamed = nil
            enqueue(end.head, end.trailers, sink: body.sink, context)
            let parts = sentAhead
            sentAhead = []
            for part in parts { channelRead(context: context, data: NIOAny(part)) }
        }
        if isReadHeld, !isStreamFull {
            isReadHeld = false
            context.read()
        }
    }

    /// A request behind a streamed one waits, mostly in the socket: there is one sink at a time.
    private var isStreamFull: Bool { streamed.map { $0.isFull || $0.end != nil } ?? false }

    func read(context: ChannelHandlerContext) {
        if isStreamFull { isReadHeld = true } else { context.read() }
    }

    private func enqueue(
        _ head: HTTPRequestHead, _ trailers: HTTPHeaders?, sink: (any HTTPBodySink)? = nil,
        _ context: ChannelHandlerContext
    ) {
        let (path, query) = Self.split(head.uri)
        var request = HTTPRequest(
            method: head.method, path: path, query: query, headers: head.headers, body: body, isBodyCut: isBodyCut,
            trailers: trailers)
        request.sink = sink
        body = ByteBuffer()
        guard waiting.count < Self.pipelinedMax else {
            failure = "more than \(Self.pipelinedMax) requests sent ahead"
            return context.close(promise: nil)
        }
        // The decoder stops at a request to upgrade: without the upgrade nothing more can come.
        waiting.append(Exchange(request: request, keepsAlive: head.isKeepAlive && !Self.asksForUpgrade(head)))
        if !isAnswering { answerNext(context) }
    }

    private static func asksForUpgrade(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT
            || head.headers.contains(name: "Upgrade")
                && head.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
    }

    private func answerNext(_ context: ChannelHandlerContext) {
        guard let exchange = waiting.popFirst() else { return }
        isAnswering = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let (isHead, keepsAlive) = (exchange.request.method == .HEAD, exchange.keepsAlive)
        service.handle(exchange.request) { response in
            if loop.inEventLoop {
                let (handler, context) = bound.value
                handler.write(response, isHead: isHead, keepsAlive: keepsAlive, context)
            } else {
                loop.execute {
                    let (handler, context) = bound.value
                    handler.write(response, isHead: isHead, keepsAlive: keepsAlive, context)
                }
            }
        }
    }

    private static func split(_ uri: String) -> (path: String, query: String) {
        guard let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (uri, "") }
        return (String(uri[..<mark]), String(uri[uri.utf8.index(after: mark)...]))
    }

    // MARK: Answers

    private func write(
        _ response: HTTPResponse, isHead: Bool, keepsAlive: Bool, _ context: ChannelHandlerContext
    ) {
        isAnswering = false
        guard context.channel.isActive else { return }
        guard !response.isLost else { return context.close(promise: nil) }
        if let upgrade = response.upgrade { return self.upgrade(response, upgrade, context) }
        let body = response.body
        let isCopied = body.readableBytes <= Self.copiedBodyBytesMax
        var buffer = context.channel.allocator.buffer(capacity: 512 + (isCopied ? body.readableBytes : 0))
        buffer.writeString("HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n")
        for (name, value) in response.headers {
            buffer.writeField(name)
            buffer.writeStaticString(": ")
            buffer.writeField(value)
            buffer.writeStaticString("\r\n")
        }
        // RFC 9110, section 8.6: no length with 204, and with 304 that of another answer.
        if response.status != .noContent, response.status != .notModified {
            let length = response.contentLength ?? response.slices.reduce(body.readableBytes) { $0 + $1.length }
            buffer.writeString("Content-Length: \(length)\r\n")
        }
        buffer.writeStaticString(keepsAlive ? "\r\n" : "Connection: close\r\n\r\n")
        if isCopied, !isHead { buffer.writeImmutableBuffer(body) }
        context.write(wrapOutboundOut(buffer), promise: nil)
        if !isCopied, !isHead { context.write(wrapOutboundOut(body), promise: nil) }
        if !isHead { for slice in response.slices { write(slice, context) } }
        context.flush()
        if keepsAlive, !(isInputClosed && waiting.isEmpty) {
            answerNext(context)
        } else {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.eventLoop.assumeIsolated().execute { bound.value.close(promise: nil) }
        }
    }

    private func upgrade(
        _ response: HTTPResponse, _ upgrade: any HTTPUpgrade, _ context: ChannelHandlerContext
    ) {
        var buffer = context.channel.allocator.buffer(capacity: 256)
        buffer.writeString("HTTP/1.1 101 Switching Protocols\r\n")
        for (name, value) in response.headers { buffer.writeString("\(name): \(value)\r\n") }
        buffer.writeStaticString("\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        readTimer?.cancel()
        let pipeline = context.pipeline.syncOperations
        do {
            try upgrade.addHandlers(to: pipeline, of: context.channel)
        } catch {
            return context.close(promise: nil)
        }
        // This one first: what the decoder has left over is for the new handlers.
        pipeline.removeHandler(self, promise: nil)
        for handler in removesBeforeUpgrade.reversed() { pipeline.removeHandler(handler, promise: nil) }
        removesBeforeUpgrade = []
    }

    /// The kernel sends it as the socket takes it.
    private func write(_ slice: FileSlice, _ context: ChannelHandlerContext) {
        let region = FileRegion(
            fileHandle: slice.file.handle, readerIndex: slice.offset, endIndex: slice.offset + slice.length)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { _ in withExtendedLifetime(slice.file) {} }
        context.write(NIOAny(IOData.fileRegion(region)), promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            if !isAnswering, streamed?.end == nil { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Bytes that are no HTTP are told so, and the connection is closed.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Anything else is a connection that broke, which is no fault of what was sent.
        if error is HTTPParserError {
            failure = String(describing: error)
            let (status, words): (HTTPResponseStatus, String) =
                switch error as? HTTPParserError {
                case .invalidEOFState: (.badRequest, "The connection ended before the request did.")
                case .headerOverflow:
                    (.requestHeaderFieldsTooLarge, "The address and headers of a request may have 80 KiB at most.")
                default: (.badRequest, "This is no HTTP/1.1 request.")
                }
            write(HTTPResponse(status, body: ByteBuffer(string: words)), isHead: false, keepsAlive: false, context)
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        waiting.removeAll()
        (streamed, isReadHeld) = (nil, false)
        readTimer?.cancel()
        // They know this handler, which would otherwise stay with them.
        removesBeforeUpgrade = []
        service.connectionClosed(reason: failure)
        context.fireChannelInactive()
    }
}

/// Tells the connection of bytes that are no whole head yet: those the decoder keeps to itself.
final class ReadWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let connection: HTTPConnection

    init(_ connection: HTTPConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}

extension ByteBuffer {
    /// A header's name or value. What comes from a caller or a function must not end the line: control signs become
    /// spaces.
    ///
    /// - Note: Source: RFC 9110, section 5.5.
    fileprivate mutating func writeField(_ text: String) {
        guard text.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
            writeString(text)
            return
        }
        writeBytes(text.utf8.map { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F ? UInt8(ascii: " ") : $0 })
    }
}
