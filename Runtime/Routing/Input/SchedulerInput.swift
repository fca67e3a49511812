package import Time

/// What a schedule knows of one attempt: the values of the context attributes of its target's input.
///
/// - Note: Source: EventBridge Scheduler User Guide, "Adding context attributes".
package struct SchedulerContext: Hashable, Sendable {
    package var scheduleARN: String
    /// When the run was due, not when it was made.
    package var scheduledTime: Timestamp
    package var executionID: String
    /// From 1.
    package var attemptNumber: Int

    package init(scheduleARN: String, scheduledTime: Timestamp, executionID: String, attemptNumber: Int) {
        self.scheduleARN = scheduleARN
        self.scheduledTime = scheduledTime
        self.executionID = executionID
        self.attemptNumber = attemptNumber
    }

    /// The input with its context attributes filled in as text, wherever they stand; other text stays as it is.
    package func filling(_ input: String) -> String {
        let opening = "<aws.scheduler."
        var filled = ""
        var rest = Substring(input)
        while let start = rest.utf8.firstIndex(of: UInt8(ascii: "<")) {
            filled += rest[..<start]
            rest = rest[start...]
            guard rest.hasPrefix(opening), let end = rest.utf8.firstIndex(of: UInt8(ascii: ">")),
                let value = value(of: rest[..<end].dropFirst(opening.count))
            else {
                filled += String(rest.removeFirst())
                continue
            }
            filled += value
            rest = rest[rest.utf8.index(after: end)...]
        }
        return filled + rest
    }

    private func value(of attribute: Substring) -> String? {
        switch attribute {
        case "schedule-arn": scheduleARN
        case "scheduled-time": scheduledTime.textToSecond
        case "execution-id": executionID
        case "attempt-number": String(attemptNumber)
        default: nil
        }
    }
}
