import Items
import JSON
import NIOCore
import NIOHTTP1
import Time

/// The Runtime API of one execution environment.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", version 2018-06-01.
struct RuntimeAPI: HTTPService {
    let environment: ExecutionEnvironment

    private static let prefix = "/2018-06-01/runtime/"

    func handle(_ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        guard request.path.hasPrefix(Self.prefix) else { return respond(Self.unknownPath) }
        let parts = request.path.dropFirst(Self.prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        switch (request.method, parts.count, parts.first, parts.last) {
        case (.GET, 2, "invocation", "next"):
            environment.next(respond: respond)
        case (.POST, 3, "invocation", "response"):
            respond(answer(String(parts[1]), request))
        case (.POST, 3, "invocation", "error"):
            let isKnown = environment.answer(
                String(parts[1]), payload: request.body, isError: true, contentType: nil)
            respond(isKnown ? Self.accepted : Self.invalidRequestID)
        case (.POST, 2, "init", "error"):
            respond(Self.accepted)
            environment.failInit(payload: request.body)
        default:
            respond(Self.unknownPath)
        }
    }

    private func answer(_ requestID: String, _ request: HTTPRequest) -> HTTPResponse {
        guard !request.isBodyCut else {
            let failure = FunctionFailure.responseTooLarge
            let isKnown = environment.answer(
                requestID, payload: failure.payload(requestID: requestID), isError: true, contentType: nil)
            return isKnown ? Self.tooLarge : Self.invalidRequestID
        }
        // A streamed response that fails halfway says so in its trailers.
        if let errorType = request.trailers?.first(name: "Lambda-Runtime-Function-Error-Type") {
            let body =
                request.trailers?.first(name: "Lambda-Runtime-Function-Error-Body")
                .flatMap { Base64.bytes(of: $0) } ?? Array(#"{"errorType":"\#(errorType)"}"#.utf8)
            let isKnown = environment.answer(
                requestID, payload: ByteBuffer(bytes: body), isError: true, contentType: nil)
            return isKnown ? Self.accepted : Self.invalidRequestID
        }
        let isKnown = environment.answer(
            requestID, payload: request.body, isError: false, contentType: request.headers.first(name: "Content-Type"))
        return isKnown ? Self.accepted : Self.invalidRequestID
    }

    /// What is not HTTP on this socket can only come from the function: it is ended, and its caller told.
    func connectionClosed(reason: String?) {
        if let reason { environment.end(.protocolViolation(reason)) }
    }

    static func response(to invocation: Invocation, functionARN: String, deadline: Timestamp) -> HTTPResponse {
        var headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.requestID),
            ("Lambda-Runtime-Deadline-Ms", String(deadline.milliseconds)),
            ("Lambda-Runtime-Invoked-Function-Arn", functionARN),
            ("Lambda-Runtime-Trace-Id", invocation.traceID),
            // Ours: what the function takes as the time. AWS sends no such header, and the loop then asks the system.
            ("Emulator-Time-Ms", String(invocation.time.milliseconds)),
        ]
        if let context = invocation.clientContext { headers.append(("Lambda-Runtime-Client-Context", context)) }
        return HTTPResponse(.ok, headers: headers, body: invocation.payload)
    }

    private static let accepted = HTTPResponse(.accepted, json: Array(#"{"status":"OK"}"#.utf8))
    private static let invalidRequestID = error(.badRequest, "InvalidRequestID", "Invalid request ID")
    private static let unknownPath = error(
        .notFound, "NotFound",
        "The Runtime API has invocation/next, invocation/ID/response, invocation/ID/error, init/error.")
    private static let tooLarge = error(
        .payloadTooLarge, "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (\(LambdaQuotas.responseBytesMax) bytes).")
    /// For a process whose time is over.
    static let gone = error(.gone, "Gone", "This execution environment has ended.")

    private static func error(_ status: HTTPResponseStatus, _ type: String, _ message: String) -> HTTPResponse {
        let body: JSONValue = ["errorType": .string(type), "errorMessage": .string(message)]
        return HTTPResponse(status, json: body.compactBytes)
    }
}
