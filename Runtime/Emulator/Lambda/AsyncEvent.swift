import JSON
import NIOCore
import Time

/// An event on its way to a function that nobody waits for.
struct AsyncEvent {
    var functionARN: String
    var requestID: String
    var trace: String
    var payload: ByteBuffer
    var acceptedAt: Timestamp
    /// When it is to be tried next.
    var dueAt: Timestamp
    /// Attempts that ran and failed.
    var functionFailures = 0
    /// Attempts that could not run.
    var systemFailures = 0

    var record: [UInt8] {
        let value: JSONValue = [
            "function": .string(functionARN), "trace": .string(trace), "payload": .string(String(buffer: payload)),
            "acceptedAt": .number(JSONNumber(Int(acceptedAt.milliseconds))),
            "dueAt": .number(JSONNumber(Int(dueAt.milliseconds))),
            "functionFailures": .number(JSONNumber(functionFailures)),
            "systemFailures": .number(JSONNumber(systemFailures)),
        ]
        return value.compactBytes
    }
}

extension AsyncEvent {
    init?(record: [UInt8], requestID: String) {
        guard let value = try? parseJSON(record), let function = value["function"]?.string,
            let trace = value["trace"]?.string, let payload = value["payload"]?.string,
            let acceptedAt = value["acceptedAt"]?.int, let dueAt = value["dueAt"]?.int,
            let functionFailures = value["functionFailures"]?.int, let systemFailures = value["systemFailures"]?.int
        else { return nil }
        self.init(
            functionARN: function, requestID: requestID, trace: trace, payload: ByteBuffer(string: payload),
            acceptedAt: Timestamp(milliseconds: Int64(acceptedAt)), dueAt: Timestamp(milliseconds: Int64(dueAt)),
            functionFailures: functionFailures, systemFailures: systemFailures)
    }

    /// What a destination is told of how it ended.
    ///
    /// - Parameters:
    ///   - condition: `Success`, `RetriesExhausted` or `EventAgeExceeded`.
    ///   - outcome: of the last attempt; nil if the function never ran.
    /// - Note: Source: AWS Lambda Developer Guide, "Capturing records of Lambda asynchronous invocations".
    func destinationRecord(_ condition: String, outcome: InvocationResult?, at now: Timestamp) -> JSONValue {
        let invokeCount = functionFailures + (condition == "Success" ? 1 : 0)
        var record: JSONObject = [
            "version": "1.0", "timestamp": .string(now.description),
            "requestContext": [
                "requestId": .string(requestID), "functionArn": .string(functionARN + ":$LATEST"),
                "condition": .string(condition), "approximateInvokeCount": .number(JSONNumber(invokeCount)),
            ],
            "requestPayload": Self.json(payload),
        ]
        guard let outcome else { return .object(record) }
        var context: JSONObject = ["statusCode": 200, "executedVersion": "$LATEST"]
        if outcome.isError { context["functionError"] = "Unhandled" }
        record["responseContext"] = .object(context)
        record["responsePayload"] = Self.json(outcome.payload)
        return .object(record)
    }

    private static func json(_ bytes: ByteBuffer) -> JSONValue {
        (try? bytes.withUnsafeReadableBytes { try parseJSON($0) }) ?? .string(String(buffer: bytes))
    }
}
