import JSON
import Routing
import Testing

struct FilterCriteriaTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var filters: [String]
        /// Bodies of messages, or stream records.
        var accepted: [String] = []
        var dropped: [String] = []
        var testDescription: String { filters.joined(separator: " | ") }
    }
    static let messages = [
        Row(filters: [], accepted: ["plain", "{}"]),
        Row(
            filters: [#"{"body": {"k": ["v"]}}"#],
            accepted: [#"{"k": "v"}"#, #"{"k": ["u", "v"], "l": 1}"#, #"[{"k": "v"}]"#],
            dropped: [#"{"k": "u"}"#, "plain", "", "5", #""v""#, #"{"k": "v""#]),
        Row(
            filters: [#"{"body": {"n": [{"numeric": [">=", 100, "<", 200]}]}}"#], accepted: [#"{"n": 100}"#],
            dropped: [#"{"n": 200}"#, #"{"n": "100"}"#]),
        Row(
            filters: [#"{"body": {"k": [{"exists": true}]}}"#], accepted: [#"{"k": null}"#],
            dropped: [#"{"l": 1}"#, #"{"k": {"l": 1}}"#]),
        // Absence holds for no plain text.
        Row(
            filters: [#"{"body": {"k": [{"exists": false}]}}"#], accepted: [#"{"l": 1}"#, "{}", "[]"],
            dropped: [#"{"k": 1}"#, "plain", "5"]),
        Row(
            filters: [#"{"body": ["plain"]}"#], accepted: ["plain"],
            dropped: ["Plain", #"{"body": "plain"}"#, #""plain""#]),
        Row(
            filters: [#"{"body": [{"prefix": "Result: "}, "5"]}"#], accepted: ["Result: 1", "5"],
            dropped: ["result", "{}"]),
        Row(filters: [#"{"body": [{"exists": true}]}"#], accepted: ["plain"], dropped: ["{}", "[1]"]),
        // Other parts of the message, whatever the body.
        Row(filters: [#"{"attributes": {"SenderId": ["S"]}}"#], accepted: ["plain", "{}"]),
        Row(filters: [#"{"eventSource": ["aws:kinesis"]}"#], dropped: ["plain", "{}"]),
        // One of several suffices; a $or has a filter each way.
        Row(
            filters: [#"{"body": {"k": ["a"]}}"#, #"{"body": ["b"]}"#], accepted: [#"{"k": "a"}"#, "b"],
            dropped: ["a", #"{"k": "b"}"#]),
        Row(
            filters: [#"{"$or": [{"body": {"k": ["a"]}}, {"body": ["b"]}]}"#], accepted: [#"{"k": "a"}"#, "b"],
            dropped: ["a", #"{"k": "b"}"#]),
        Row(
            filters: [#"{"body": {"$or": [{"k": ["a"]}, {"l": [{"anything-but": ["x"]}]}]}}"#],
            accepted: [#"{"k": "a"}"#, #"{"l": "y"}"#], dropped: [#"{"l": "x"}"#, "a"]),
    ]
    @Test(arguments: messages) func `picks messages by body`(row: Row) throws {
        let criteria = try FilterCriteria(patterns: row.filters, source: .queue)
        func message(_ body: String) -> JSONValue {
            ["messageId": "1", "body": .string(body), "attributes": ["SenderId": "S"], "eventSource": "aws:sqs"]
        }
        for body in row.accepted { #expect(criteria.accepts(message(body)), "\(body)") }
        for body in row.dropped { #expect(!criteria.accepts(message(body)), "\(body)") }
    }

    static let insert =
        #"{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "a"}}, "NewImage": {"id": {"S": "a"}, "n": {"N": "42"}, "m": {"M": {"k": {"S": "v"}}}, "on": {"BOOL": true}}}}"#
    static let remove =
        #"{"eventName": "REMOVE", "dynamodb": {"Keys": {"id": {"S": "a"}}, "OldImage": {"id": {"S": "a"}}}}"#
    static let records = [
        Row(filters: [#"{"eventName": ["INSERT"]}"#], accepted: [insert], dropped: [remove]),
        Row(filters: [#"{"eventName": [{"anything-but": ["REMOVE"]}]}"#], accepted: [insert], dropped: [remove]),
        Row(filters: [#"{"dynamodb": {"Keys": {"id": {"S": [{"prefix": "a"}]}}}}"#], accepted: [insert, remove]),
        Row(filters: [#"{"dynamodb": {"NewImage": {"n": {"N": ["42"]}}}}"#], accepted: [insert], dropped: [remove]),
        // Numbers are strings in a record.
        Row(
            filters: [
                #"{"dynamodb": {"NewImage": {"n": {"N": [42]}}}}"#,
                #"{"dynamodb": {"NewImage": {"n": {"N": [{"numeric": ["=", 42]}]}}}}"#,
            ], dropped: [insert]),
        // Existence is that of a leaf.
        Row(filters: [#"{"dynamodb": {"NewImage": {"n": [{"exists": true}]}}}"#], dropped: [insert, remove]),
        Row(
            filters: [#"{"dynamodb": {"NewImage": {"n": {"N": [{"exists": true}]}}}}"#], accepted: [insert],
            dropped: [remove]),
        Row(
            filters: [#"{"dynamodb": {"NewImage": {"id": {"S": [{"exists": false}]}}}}"#], accepted: [remove],
            dropped: [insert]),
        Row(
            filters: [#"{"dynamodb": {"NewImage": {"m": {"M": {"k": {"S": ["v"]}}}, "on": {"BOOL": [true]}}}}"#],
            accepted: [insert], dropped: [remove]),
    ]
    @Test(arguments: records) func `picks records of a table's stream`(row: Row) throws {
        let criteria = try FilterCriteria(patterns: row.filters, source: .tableStream)
        for record in row.accepted { #expect(criteria.accepts(try parseJSON(record)), "\(record)") }
        for record in row.dropped { #expect(!criteria.accepts(try parseJSON(record)), "\(record)") }
    }

    @Test(arguments: [
        "null", "simple string", #"{"eventSource": "aws:sqs"}"#, #"{"eventSource": []}"#, #"{"body": "plain"}"#, "{}",
        "",
        #"{"body": [{"wildcard": "a*"}]}"#, #"{"body": [{"anything-but": {"prefix": "a"}}]}"#,
    ]) func `refuses a filter that Lambda refuses`(pattern: String) {
        #expect(throws: FilterCriteriaError.invalidPattern) { try FilterCriteria(patterns: [pattern], source: .queue) }
        #expect(FilterCriteriaError.invalidPattern.description == "Invalid filter pattern definition.")
    }

    @Test func `takes five filters and no more`() throws {
        let filters = Array(repeating: #"{"body": ["a"]}"#, count: 6)
        _ = try FilterCriteria(patterns: Array(filters.prefix(5)), source: .queue)
        #expect(throws: FilterCriteriaError.tooMany(max: 5)) { try FilterCriteria(patterns: filters, source: .queue) }
        _ = try FilterCriteria(patterns: filters, source: .queue, filtersMax: 10)
    }
}
