import Glibc
import JSON
import Machine
package import Time

/// Runs a handler as a Lambda function: asks the Runtime API for events and posts what the handler answers.
///
/// One event at a time, on the caller's executor. `get` blocks its thread; a function process has nothing else to do.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using the Lambda runtime API" (2018-06-01).
package struct RuntimeLoop<Handler: Sendable> {
    /// Bytes of an answer, or nil if they went into the stream.
    typealias Answering = (Handler, [UInt8], InvocationContext, ResponseStream) async throws -> [UInt8]?

    let makeHandler: () throws -> Handler
    let answering: Answering

    /// Serves until SIGTERM. A handler that can't be made, or a lost Runtime API, is logged and ends the process with
    /// status 1, as Lambda wants it; nothing is thrown.
    package func run() async throws {
        let logger = Logger(.fromEnvironment())
        do {
            guard let address = Environment.text("AWS_LAMBDA_RUNTIME_API") else {
                throw RuntimeLoopError.notUnderLambda
            }
            let termination = try TerminationSignal()
            termination.install()
            try await run(
                over: SocketTransport(address: address, termination: termination), logger: logger, now: WallClock.now)
        } catch {
            logger.log(.fatal, FunctionFailure(describing: error).errorMessage)
            exit(1)
        }
    }

    /// Serves until `transport` says that it is time to end.
    ///
    /// - Parameter now: the wall clock.
    package func run(
        over transport: any RuntimeTransport, logger: Logger, now: () -> Timestamp
    ) async throws(RuntimeLoopError) {
        let exchange = RuntimeExchange(transport: transport)
        let handler: Handler
        do {
            handler = try makeHandler()
        } catch {
            let failure = FunctionFailure(describing: error)
            try exchange.reportInitialization(failure)
            throw .initialization(failure)
        }
        let trace = TraceEnvironment()
        while let invocation = try exchange.next() {
            let context = try invocation.context(logger: logger, now: now)
            trace.set(context.traceID)
            try await serve(invocation, context, handler, exchange, until: .now + (context.deadline - now()))
        }
    }

    private func serve(
        _ invocation: Invocation, _ context: InvocationContext, _ handler: Handler, _ exchange: RuntimeExchange,
        until deadline: ContinuousClock.Instant
    ) async throws(RuntimeLoopError) {
        let stream = ResponseStream(transport: exchange.transport, path: exchange.responsePath(context.requestID))
        let outcome: Result<[UInt8]?, FunctionFailure>
        do {
            outcome = .success(
                try await WorkDeadline.$current.withValue(deadline) {
                    try await answering(handler, invocation.event, context, stream)
                })
        } catch {
            outcome = .failure(FunctionFailure(describing: error))
        }
        if case .failure(let failure) = outcome {
            context.logger.error(
                failure.errorMessage, ["errorType": .string(failure.errorType)])
        }
        let reply: RuntimeReply =
            switch outcome {
            case .success(let body?): try exchange.respond(body, to: context)
            case .success(nil): try exchange.finish(stream, failure: nil)
            case .failure(let failure) where stream.isOpen: try exchange.finish(stream, failure: failure)
            case .failure(let failure): try exchange.report(failure, for: context)
            }
        switch reply.status {
        case 200..<300: break
        // Lambda gave the invocation up meanwhile, or told the caller itself that the reply is too large.
        case 400..<500: context.logger.warn("the Runtime API refused the reply with status \(reply.status)")
        default: throw .refused(status: reply.status)
        }
    }
}

extension RuntimeLoop where Handler: LambdaHandler {
    /// - Parameter makeHandler: makes the handler; what it throws is reported as the function's init error.
    package init(_ makeHandler: @autoclosure @escaping () throws -> Handler) {
        self.makeHandler = makeHandler
        answering = { handler, event, context, _ in
            let reply = try await handler.handle(try decodeEvent(event), context: context)
            do {
                return try encodeJSON(reply)
            } catch {
                throw FunctionFailure(
                    errorType: "Runtime.MarshalError",
                    errorMessage: "The reply can't be written as JSON: \(describe(error))")
            }
        }
    }
}

extension RuntimeLoop where Handler: StreamingLambdaHandler {
    /// - Parameter makeHandler: makes the handler; what it throws is reported as the function's init error.
    package init(_ makeHandler: @autoclosure @escaping () throws -> Handler) {
        self.makeHandler = makeHandler
        answering = { handler, event, context, stream in
            try await handler.handle(try decodeEvent(event), response: stream, context: context)
            return nil
        }
    }
}

private func decodeEvent<Event: Decodable>(_ bytes: [UInt8]) throws(FunctionFailure) -> Event {
    do {
        return try decodeJSON(Event.self, from: bytes)
    } catch {
        throw FunctionFailure(
            errorType: "Runtime.UnmarshalError",
            errorMessage: "The event can't be read as \(Event.self): \(describe(error))")
    }
}

/// Where and why a value does not fit its type.
private func describe(_ error: any Error) -> String {
    switch error {
    case DecodingError.dataCorrupted(let found), DecodingError.keyNotFound(_, let found),
        DecodingError.typeMismatch(_, let found), DecodingError.valueNotFound(_, let found):
        "at \(path(found.codingPath)): \(found.debugDescription)"
    case EncodingError.invalidValue(_, let found): "at \(path(found.codingPath)): \(found.debugDescription)"
    default: FunctionFailure(describing: error).errorMessage
    }
}

private func path(_ keys: [any CodingKey]) -> String {
    keys.isEmpty ? "the top" : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
}

/// Why the loop ends before its time.
package enum RuntimeLoopError: Error, Hashable, Sendable, CustomStringConvertible {
    case notUnderLambda
    case initialization(FunctionFailure)
    case transport(TransportError)
    case refused(status: Int)
    case malformedInvocation(String)

    package var description: String {
        switch self {
        case .notUnderLambda:
            "AWS_LAMBDA_RUNTIME_API is not set: this executable is started by Lambda or by the emulator"
        case .initialization(let failure): "the function can't start: \(failure)"
        case .transport(let error): error.description
        case .refused(let status): "the Lambda Runtime API answered with status \(status)"
        case .malformedInvocation(let header): "the Lambda Runtime API sent an invocation without a valid \(header)"
        }
    }
}
