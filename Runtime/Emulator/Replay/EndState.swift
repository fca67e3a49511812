import JSON

/// Where a case has ended, as far as that must be the same however often, and in whatever order, things were delivered.
///
/// Left out is what tells of the way and not of the end: request ids, positions in a stream, and how often the same
/// message has come to rest in a queue that no function reads. What was pushed and published is no state: it may come
/// more than once on AWS too.
struct EndState: Sendable {
    private let json: JSONValue

    /// Attributes that hold the request by which an item was written, or the place of a change in the table's stream.
    static let ignoredAttributes: Set<String> = ["requestID", "countedUpTo"]

    /// - Parameters:
    ///   - changes: of the tables since the seed, as ``ChangeRecorder`` tells them.
    ///   - payments: checkouts that were opened.
    init(changes: [JSONValue], standing: StandingState, payments: [JSONValue]) {
        var items = JSONObject()
        for change in changes {
            let name = "\(change["table"]?.string ?? "") \((change["key"] ?? .null).compactText)"
            items[name] = Self.withoutIgnored(change["after"] ?? .null)
        }
        json = [
            "items": .object(items), "schedules": .object(Self.sorted(standing.schedules)),
            "objects": .object(Self.sorted(standing.objects)),
            "deadLetters": .array(Set(standing.letters.values.map(\.compactText)).sorted().map(JSONValue.string)),
            "payments": .array(payments.sortedByText),
        ]
    }

    /// One line for each place where another run has ended otherwise.
    func differences(to other: EndState) -> [String] { JSONDifference.lines(expected: json, actual: other.json) }

    private static func withoutIgnored(_ item: JSONValue) -> JSONValue {
        guard let object = item.object else { return item }
        return .object(
            JSONObject(object.members.filter { !ignoredAttributes.contains($0.key) }.map { ($0.key, $0.value) }))
    }

    private static func sorted(_ values: [String: JSONValue]) -> JSONObject {
        JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
}
