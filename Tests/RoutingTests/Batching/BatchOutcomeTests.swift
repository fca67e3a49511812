import JSON
import Routing
import Testing

struct BatchOutcomeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String { reply }
        var reply: String
        var outcome: BatchOutcome
    }

    static let rows = [
        Row(reply: "null", outcome: .success),
        Row(reply: "{}", outcome: .success),
        Row(reply: #""""#, outcome: .success),
        Row(reply: #"{"batchItemFailures":null}"#, outcome: .success),
        Row(reply: #"{"batchItemFailures":[]}"#, outcome: .success),
        Row(reply: #"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, outcome: .partial([1])),
        Row(
            reply: #"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}"#,
            outcome: .partial([0, 2])),
        Row(
            reply: #"{"batchItemFailures":[{"itemIdentifier":"c"},{"itemIdentifier":"a"},{"itemIdentifier":"b"}]}"#,
            outcome: .failure),
        Row(reply: #"{"batchItemFailures":[{"itemIdentifier":""}]}"#, outcome: .failure),
        Row(reply: #"{"batchItemFailures":[{"itemIdentifier":null}]}"#, outcome: .failure),
        Row(reply: #"{"batchItemFailures":[{"identifier":"a"}]}"#, outcome: .failure),
        Row(reply: #"{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"d"}]}"#, outcome: .failure),
        Row(reply: #"{"batchItemFailures":"a"}"#, outcome: .failure),
        Row(reply: "[]", outcome: .failure),
        Row(reply: #""done""#, outcome: .failure),
    ]

    @Test(arguments: rows) func `a reply tells which records failed`(row: Row) throws {
        let reply = try parseJSON(Array(row.reply.utf8))
        let outcome = BatchOutcome.read(reply, identifiers: ["a", "b", "c"], reportsFailures: true)
        #expect(outcome == row.outcome)
        #expect(BatchOutcome.read(reply, identifiers: ["a", "b", "c"], reportsFailures: false) == .success)
    }

    @Test(arguments: [true, false]) func `no reply is a failure`(reports: Bool) {
        #expect(BatchOutcome.read(nil, identifiers: ["a"], reportsFailures: reports) == .failure)
    }
}
