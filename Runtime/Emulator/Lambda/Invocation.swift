package import NIOCore
package import Time

/// One event on its way to a function.
package struct Invocation: Sendable {
    package var requestID: String
    package var traceID: String
    package var payload: ByteBuffer
    /// JSON text, decoded from the header.
    package var clientContext: String?
    /// What the function takes as the time.
    package var time: Timestamp

    package init(requestID: String, traceID: String, payload: ByteBuffer, clientContext: String? = nil, time: Timestamp)
    {
        self.requestID = requestID
        self.traceID = traceID
        self.payload = payload
        self.clientContext = clientContext
        self.time = time
    }
}

/// How an invocation ended.
package struct InvocationResult: Sendable {
    /// The reply, or AWS's error object.
    package var payload: ByteBuffer
    /// Whether `payload` is an error: the Invoke API then answers 200 with `X-Amz-Function-Error: Unhandled`.
    package var isError: Bool
    package var contentType: String?
    package var record: InvocationRecord
}

/// Why a function was not invoked at all.
package enum InvocationRefusal: Error, Sendable {
    /// More waiting invocations than the ceiling, or a reserved concurrency of 0.
    case throttled(String)
    case shuttingDown
}

/// What is kept of an invocation: its log and the figures of its REPORT line.
package struct InvocationRecord: Sendable {
    package var function: String
    package var requestID: String
    package var duration: Duration
    /// Only on an environment's first invocation.
    package var initDuration: Duration?
    package var memoryMegabytes: Int
    package var memoryUsedMegabytes: Int
    /// Lines as the function wrote them, between START and END.
    package var log: [UInt8]
    /// Bytes past ``LambdaQuotas/logBytesPerInvocationMax``.
    package var logBytesDropped: Int
    package var failure: String?

    /// Whole milliseconds, rounded up; since 2025 the init phase is billed too.
    package var billedMilliseconds: Int {
        let total = duration + (initDuration ?? .zero)
        return Int((total.microseconds + 999) / 1_000)
    }

    /// The lines that Lambda writes to the log of every invocation.
    ///
    /// - Note: Source: AWS Lambda Developer Guide, "Lambda function logs", system log lines in text format.
    package var text: [UInt8] {
        var text = Array("START RequestId: \(requestID) Version: $LATEST\n".utf8)
        text += log
        if log.last.map({ $0 != UInt8(ascii: "\n") }) ?? false { text.append(UInt8(ascii: "\n")) }
        if logBytesDropped > 0 { text += Array("[\(logBytesDropped) bytes of log dropped]\n".utf8) }
        if let failure { text += Array("RequestId: \(requestID) Error: \(failure)\n".utf8) }
        text += Array("END RequestId: \(requestID)\n".utf8)
        text += Array((report + "\n").utf8)
        return text
    }

    package var report: String {
        var line = "REPORT RequestId: \(requestID)\tDuration: \(duration.millisecondsText) ms"
        line += "\tBilled Duration: \(billedMilliseconds) ms\tMemory Size: \(memoryMegabytes) MB"
        line += "\tMax Memory Used: \(memoryUsedMegabytes) MB"
        if let initDuration { line += "\tInit Duration: \(initDuration.millisecondsText) ms" }
        return line
    }
}

extension Duration {
    package var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Milliseconds with two digits after the point.
    package var millisecondsText: String {
        let hundredths = (microseconds + 5) / 10
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100)." + (fraction.count == 1 ? "0" + fraction : fraction)
    }
}
