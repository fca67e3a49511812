import Items
import JSON
import NIOCore
import NIOHTTP1
import Routing

/// Lambda's Invoke API, and of the rest what finds out which functions there are.
///
/// - Note: Source: AWS Lambda API Reference, Invoke, GetFunctionConfiguration, ListFunctions.
struct LambdaAPI: Sendable {
    /// By name and by logical id.
    private let pools: [String: FunctionPool]
    private let clock: EmulatorClock
    private let identifiers: IdentifierSource
    private let access: AccessControl
    /// Takes an asynchronous invocation over; called back when it is kept.
    private let enqueue: @Sendable (Invocation, FunctionPool, _ isTaken: @escaping @Sendable (Bool) -> Void) -> Void

    init(
        pools: [FunctionPool], clock: EmulatorClock, identifiers: IdentifierSource,
        access: AccessControl,
        enqueue: @escaping @Sendable (Invocation, FunctionPool, @escaping @Sendable (Bool) -> Void) -> Void
    ) {
        self.access = access
        self.enqueue = enqueue
        self.pools = Dictionary(
            pools.flatMap { [($0.function.name, $0), ($0.function.logicalID, $0)] },
            uniquingKeysWith: { first, _ in first })
        self.clock = clock
        self.identifiers = identifiers
    }

    private static let pathPrefix = "/2015-03-31/functions"

    static func owns(_ path: String) -> Bool { path == pathPrefix || path.hasPrefix(pathPrefix + "/") }

    func handle(_ request: HTTPRequest, from caller: Caller, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        let parts = request.path.dropFirst(Self.pathPrefix.count).split(separator: "/").map {
            PercentEncoding.decoded($0)
        }
        switch (request.method, parts.count, parts.last) {
        case (.POST, 2, "invocations"): invoke(parts[0], request, from: caller, respond)
        case (.GET, 0, _): respond(list())
        case (.GET, 1, _): respond(describe(parts[0]) { ["Configuration": $0, "Code": [:], "Tags": [:]] })
        case (.GET, 2, "configuration"): respond(describe(parts[0]) { $0 })
        default:
            respond(
                Self.error(
                    .notFound, "ResourceNotFoundException", "The emulator has no \(request.method) \(request.path)."))
        }
    }

    // MARK: Invoke

    private func invoke(
        _ identifier: String, _ request: HTTPRequest, from caller: Caller,
        _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        guard let pool = pools[Self.functionName(of: identifier)], Self.isLatest(identifier, request.query) else {
            return respond(notFound(identifier))
        }
        if let message = access.denial(of: "lambda:InvokeFunction", on: pool.function.arn, to: caller) {
            return respond(Self.error(.forbidden, "AccessDeniedException", message))
        }
        let type = request.headers.first(name: "X-Amz-Invocation-Type") ?? "RequestResponse"
        let invocation: Invocation
        do throws(Refusal) {
            invocation = try makeInvocation(of: type, from: request)
        } catch {
            return respond(error.response)
        }
        switch type {
        case "DryRun":
            respond(HTTPResponse(.noContent))
        case "Event":
            enqueue(invocation, pool) { isTaken in
                guard isTaken else {
                    let reason = "\(AsyncInvocations.eventsMax) asynchronous invocations wait already."
                    return respond(Self.response(to: .throttled(reason)))
                }
                respond(HTTPResponse(.accepted, headers: [("x-amzn-RequestId", invocation.requestID)]))
            }
        default:
            let wantsLog = request.headers.first(name: "X-Amz-Log-Type") == "Tail"
            pool.invoke(invocation) { result in
                respond(Self.response(to: result, requestID: invocation.requestID, withLog: wantsLog))
            }
        }
    }

    private struct Refusal: Error {
        var response: HTTPResponse
    }

    private func makeInvocation(of type: String, from request: HTTPRequest) throws(Refusal) -> Invocation {
        guard ["RequestResponse", "Event", "DryRun"].contains(type) else {
            throw Refusal(
                response: Self.error(
                    .badRequest, "InvalidParameterValueException",
                    "1 validation error detected: Value '\(type)' at 'invocationType' failed to satisfy constraint: "
                        + "Member must satisfy enum value set: [Event, RequestResponse, DryRun]"))
        }
        let limit = type == "Event" ? LambdaQuotas.asyncPayloadBytesMax : LambdaQuotas.syncPayloadBytesMax
        guard request.body.readableBytes <= limit else {
            throw Refusal(
                response: Self.error(
                    .payloadTooLarge, "RequestTooLargeException",
                    "\(request.body.readableBytes) byte payload is too large for the \(type) invocation type "
                        + "(limit \(limit) bytes)"))
        }
        var payload = request.body
        if payload.readableBytes == 0 { payload = ByteBuffer(string: "{}") }
        do {
            _ = try payload.withUnsafeReadableBytes { try parseJSON($0) }
        } catch {
            throw Refusal(
                response: Self.error(
                    .badRequest, "InvalidRequestContentException", "Could not parse request body into json: \(error)"))
        }
        let context = try clientContext(of: request)
        let now = clock.now
        return Invocation(
            requestID: identifiers.requestID(),
            traceID: request.headers.first(name: "X-Amzn-Trace-Id") ?? identifiers.traceID(at: now),
            payload: payload, clientContext: context, time: now)
    }

    /// Written anew, on one line: it goes on to the function in a header.
    private func clientContext(of request: HTTPRequest) throws(Refusal) -> String? {
        guard let header = request.headers.first(name: "X-Amz-Client-Context") else { return nil }
        guard let bytes = Base64.bytes(of: header), let context = try? parseJSON(bytes), context.object != nil else {
            throw Refusal(
                response: Self.error(
                    .badRequest, "InvalidRequestContentException",
                    "Client context must be a valid Base64-encoded JSON object."))
        }
        return context.compactText
    }

    private static func response(
        to result: Result<InvocationResult, InvocationRefusal>, requestID: String, withLog: Bool
    ) -> HTTPResponse {
        switch result {
        case .success(let result):
            var headers = [
                ("Content-Type", result.contentType ?? "application/json"),
                ("x-amzn-RequestId", requestID),
                ("X-Amz-Executed-Version", "$LATEST"),
            ]
            if result.isError { headers.append(("X-Amz-Function-Error", "Unhandled")) }
            if withLog {
                let tail = result.record.text.suffix(LambdaQuotas.logTailBytesMax)
                headers.append(("X-Amz-Log-Result", Base64.text(of: Array(tail))))
            }
            return HTTPResponse(.ok, headers: headers, body: result.payload)
        case .failure(let refusal):
            return response(to: refusal)
        }
    }

    private static func response(to refusal: InvocationRefusal) -> HTTPResponse {
        switch refusal {
        case .throttled(let reason):
            error(
                .tooManyRequests, "TooManyRequestsException", "Rate Exceeded. \(reason)",
                extra: [("Reason", "ReservedFunctionConcurrentInvocationLimitExceeded")])
        case .shuttingDown:
            error(.internalServerError, "ServiceException", "The emulator is shutting down.")
        }
    }

    // MARK: Names

    /// The function of a name, `name:qualifier`, a partial ARN (`123456789012:function:name`) or a whole one.
    static func functionName(of identifier: String) -> String {
        let parts = identifier.split(separator: ":", omittingEmptySubsequences: false)
        if let index = parts.firstIndex(of: "function"), index + 1 < parts.count { return String(parts[index + 1]) }
        return String(parts.first ?? "")
    }

    /// Whether no qualifier is given or that of the version there is: locally there are no others, and no aliases.
    private static func isLatest(_ identifier: String, _ query: String) -> Bool {
        let parameter = query.split(separator: "&").first { $0.hasPrefix("Qualifier=") }.map {
            PercentEncoding.decoded($0.dropFirst(10))
        }
        let parts = identifier.split(separator: ":", omittingEmptySubsequences: false)
        let name = parts.firstIndex(of: "function").map { $0 + 1 } ?? 0
        let suffix = name + 1 < parts.count ? String(parts[name + 1]) : nil
        return [parameter, suffix].allSatisfy { $0 == nil || $0 == "$LATEST" }
    }

    // MARK: Descriptions

    private func list() -> HTTPResponse {
        let functions = pools.filter { $0.key == $0.value.function.name }.values.map(\.function).sorted {
            $0.name < $1.name
        }
        let body: JSONValue = ["Functions": .array(functions.map(Self.configuration))]
        return HTTPResponse(.ok, json: body.compactBytes)
    }

    private func describe(_ identifier: String, _ shape: (JSONValue) -> JSONValue) -> HTTPResponse {
        guard let pool = pools[Self.functionName(of: identifier)] else { return notFound(identifier) }
        return HTTPResponse(.ok, json: shape(Self.configuration(pool.function)).compactBytes)
    }

    private static func configuration(_ function: FunctionConfiguration) -> JSONValue {
        let variables = function.environment.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        return [
            "FunctionName": .string(function.name),
            "FunctionArn": .string(function.arn),
            "Runtime": "provided.al2023",
            "Handler": .string(function.handler),
            "Timeout": .number(JSONNumber(Int(function.timeout.components.seconds))),
            "MemorySize": .number(JSONNumber(function.memoryMegabytes)),
            "Environment": ["Variables": .object(JSONObject(variables))],
            "Version": "$LATEST",
            "PackageType": "Zip",
            "State": "Active",
        ]
    }

    private func notFound(_ identifier: String) -> HTTPResponse {
        let known = Set(pools.values.map(\.function.logicalID)).sorted().joined(separator: ", ")
        return Self.error(
            .notFound, "ResourceNotFoundException",
            "Function not found: \(identifier). The template has: \(known).")
    }

    private static func error(
        _ status: HTTPResponseStatus, _ type: String, _ message: String, extra: [(String, JSONValue)] = []
    ) -> HTTPResponse {
        let kind = status.code < 500 ? "User" : "Service"
        let members: [(String, JSONValue)] = [
            ("Type", .string(kind)), ("Message", .string(message)), ("message", .string(message)),
        ]
        let body = JSONValue.object(JSONObject(members + extra))
        return HTTPResponse(status, headers: [("x-amzn-ErrorType", type)], json: body.compactBytes)
    }
}
