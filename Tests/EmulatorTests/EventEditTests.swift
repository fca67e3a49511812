import Emulator
import JSON
import Testing

struct EventEditTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var path: String
        var value: JSONValue
        var event: JSONValue
        var result: JSONValue?
    }
    static let rows = [
        Row(
            testDescription: "a member", path: "a.b", value: 2, event: ["a": ["b": 1, "c": 3]],
            result: ["a": ["b": 2, "c": 3]]),
        Row(
            testDescription: "a new member, with what leads to it", path: "a.b", value: 2, event: [:],
            result: ["a": ["b": 2]]),
        Row(testDescription: "null removes", path: "a", value: nil, event: ["a": 1, "b": 2], result: ["b": 2]),
        Row(
            testDescription: "into a body that is JSON text", path: "body.option", value: "mate",
            event: ["body": #"{"option":"tea"}"#], result: ["body": #"{"option":"mate"}"#]),
        Row(
            testDescription: "a body as a whole", path: "body", value: "{", event: ["body": "{}"], result: ["body": "{"]
        ),
        Row(testDescription: "through a number", path: "a.b", value: 1, event: ["a": 1], result: nil),
        Row(testDescription: "through text that is no JSON", path: "a.b", value: 1, event: ["a": "x"], result: nil),
    ]
    @Test(arguments: rows) func `sets what the path names`(row: Row) throws {
        guard let result = row.result else {
            #expect(throws: EmulatorError.self) { try EventEdit.set(row.path, to: row.value, in: row.event) }
            return
        }
        let edited = try EventEdit.set(row.path, to: row.value, in: row.event)
        #expect(edited == result)
    }
}
