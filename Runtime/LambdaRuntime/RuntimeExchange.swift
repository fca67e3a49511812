import JSON
import Time

/// The Runtime API's requests, over a transport.
struct RuntimeExchange {
    /// Lambda's ceiling for a reply that is not streamed: 6 MB and a little.
    static let replyBytesMax = 6_291_556

    let transport: any RuntimeTransport

    private static let root = "/2018-06-01/runtime/"

    func responsePath(_ requestID: String) -> String { Self.root + "invocation/" + requestID + "/response" }

    /// The next invocation, however long that takes; nil at the end.
    func next() throws(RuntimeLoopError) -> Invocation? {
        let reply: RuntimeReply?
        do throws(TransportError) { reply = try transport.get(Self.nextPath) } catch { throw .transport(error) }
        guard let reply else { return nil }
        guard reply.status == 200 else { throw .refused(status: reply.status) }
        return Invocation(headers: reply.headers, event: reply.body)
    }

    private static let nextPath = root + "invocation/next"

    func respond(_ body: [UInt8], to context: InvocationContext) throws(RuntimeLoopError) -> RuntimeReply {
        guard body.count <= Self.replyBytesMax else {
            let failure = FunctionFailure(
                errorType: "Function.ResponseSizeTooLarge",
                errorMessage:
                    "Response payload size exceeded maximum allowed payload size (\(Self.replyBytesMax) bytes).")
            context.logger.error(failure.errorMessage, ["errorType": .string(failure.errorType)])
            return try report(failure, for: context)
        }
        return try post(responsePath(context.requestID), [("Content-Type", "application/json")], body)
    }

    func report(_ failure: FunctionFailure, for context: InvocationContext) throws(RuntimeLoopError) -> RuntimeReply {
        try post(Self.root + "invocation/" + context.requestID + "/error", failure.headers, failure.body)
    }

    func reportInitialization(_ failure: FunctionFailure) throws(RuntimeLoopError) {
        _ = try post(Self.root + "init/error", failure.headers, failure.body)
    }

    func finish(_ stream: ResponseStream, failure: FunctionFailure?) throws(RuntimeLoopError) -> RuntimeReply {
        do throws(TransportError) { return try stream.finish(failure) } catch { throw .transport(error) }
    }

    private func post(
        _ path: String, _ headers: [(name: String, value: String)], _ body: [UInt8]
    ) throws(RuntimeLoopError) -> RuntimeReply {
        do throws(TransportError) { return try transport.post(path, headers: headers, body: body) } catch {
            throw .transport(error)
        }
    }
}

/// One event as the Runtime API hands it out.
struct Invocation {
    let headers: HeaderFields
    let event: [UInt8]

    /// - Parameter now: the wall clock.
    func context(logger: Logger, now: () -> Timestamp) throws(RuntimeLoopError) -> InvocationContext {
        guard let requestID = headers["lambda-runtime-aws-request-id"], !requestID.isEmpty else {
            throw .malformedInvocation("Lambda-Runtime-Aws-Request-Id")
        }
        guard let deadline = headers.integer("lambda-runtime-deadline-ms") else {
            throw .malformedInvocation("Lambda-Runtime-Deadline-Ms")
        }
        let emulatorTime = headers.integer("emulator-time-ms").map { Timestamp(milliseconds: Int64($0)) }
        let tenantID = headers["lambda-runtime-aws-tenant-id"]
        return InvocationContext(
            requestID: requestID, deadline: Timestamp(milliseconds: Int64(deadline)),
            receivedAt: emulatorTime ?? now(),
            traceID: headers["lambda-runtime-trace-id"],
            invokedFunctionARN: headers["lambda-runtime-invoked-function-arn"] ?? "",
            clientContext: json("lambda-runtime-client-context"),
            cognitoIdentity: json("lambda-runtime-cognito-identity"),
            tenantID: tenantID, logger: logger.request(requestID, tenantID: tenantID))
    }

    /// A header that holds JSON; one that does not is as good as absent.
    private func json(_ name: String) -> JSONValue? {
        guard let text = headers[name], !text.isEmpty else { return nil }
        return try? parseJSON(text)
    }
}
