package import JSON
package import Time

/// One of the windows into which a stream's time is cut for a mapping with `TumblingWindowInSeconds`: each change is in
/// one, and none overlap.
///
/// - Note: Source: AWS Lambda Developer Guide, "Implementing stateful DynamoDB stream processing in Lambda".
package struct TumblingWindow: Hashable, Sendable {
    /// More of it ends the window early.
    package static let stateBytesMax = 1_048_576

    package var start: Timestamp
    /// The first instant of the next window.
    package var end: Timestamp

    /// - Parameter length: 1...900 s.
    package init(holding instant: Timestamp, length: Duration) {
        let length = length.wholeMilliseconds
        start = Timestamp(milliseconds: instant.milliseconds.flooredQuotient(by: length) * length)
        end = Timestamp(milliseconds: start.milliseconds + length)
    }

    /// As events have it: whole seconds.
    package var json: JSONValue { ["start": .string(Self.text(start)), "end": .string(Self.text(end))] }

    private static func text(_ instant: Timestamp) -> String { instant.description.replacing(".000Z", with: "Z") }
}
