import JSON
import NIOCore
import Time

/// AWS's error objects for functions that end without an answer.
///
/// - Note: Source: AWS Lambda Developer Guide, "Troubleshoot execution issues"; the texts are those of the Lambda
///   Runtime Interface Emulator.
enum FunctionFailure {
    case timedOut(after: Duration)
    /// The process ended with a status before it answered.
    case exited(status: Int32)
    case killed(signal: Int32)
    case initTimedOut
    /// The function's own error object, sent to `init/error`.
    case reported(ByteBuffer)
    case executableMissing(String)
    case responseTooLarge
    case protocolViolation(String)
    case shutDown
    /// It was still at work when the template changed, longer than that could wait.
    case replaced

    var errorType: String {
        switch self {
        case .timedOut, .initTimedOut: "Sandbox.Timedout"
        case .exited, .killed, .protocolViolation: "Runtime.ExitError"
        case .executableMissing: "Runtime.InvalidEntrypoint"
        case .responseTooLarge: "Function.ResponseSizeTooLarge"
        case .reported: "Runtime.InitError"
        case .shutDown, .replaced: "Sandbox.Failure"
        }
    }

    var reason: String {
        switch self {
        case .timedOut(let limit): "Task timed out after \(Self.seconds(limit)) seconds"
        case .initTimedOut: "Task timed out after \(Self.seconds(LambdaQuotas.initTimeout)) seconds"
        case .exited(let status) where status == 0: "Runtime exited without providing a reason"
        case .exited(let status): "Runtime exited with error: exit status \(status)"
        case .killed(let signal): "Runtime exited with error: signal: \(Self.name(ofSignal: signal))"
        case .executableMissing(let reason): reason
        case .responseTooLarge:
            "Response payload size exceeded maximum allowed payload size (\(LambdaQuotas.responseBytesMax) bytes)."
        case .protocolViolation(let detail): "Runtime broke the Runtime API's protocol and was ended: \(detail)"
        case .reported(let error): "Init failed: \(String(buffer: error))"
        case .shutDown: "The emulator is shutting down"
        case .replaced: "The template has changed"
        }
    }

    func payload(requestID: String) -> ByteBuffer {
        if case .reported(let error) = self { return error }
        let message = if case .responseTooLarge = self { reason } else { "RequestId: \(requestID) Error: \(reason)" }
        let error: JSONValue = ["errorType": .string(errorType), "errorMessage": .string(message)]
        return ByteBuffer(bytes: error.compactBytes)
    }

    private static func seconds(_ limit: Duration) -> String {
        let hundredths = limit.wholeMilliseconds / 10
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100)." + (fraction.count == 1 ? "0" + fraction : fraction)
    }

    /// The words of Go's `syscall.Signal`, which AWS's own texts use.
    private static func name(ofSignal signal: Int32) -> String {
        switch signal {
        case 4: "illegal instruction"
        case 5: "trace/breakpoint trap"
        case 6: "aborted"
        case 7: "bus error"
        case 8: "floating point exception"
        case 9: "killed"
        case 11: "segmentation fault"
        case 15: "terminated"
        default: "signal \(signal)"
        }
    }
}
