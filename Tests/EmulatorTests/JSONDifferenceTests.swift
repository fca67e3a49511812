import Emulator
import JSON
import Testing

struct JSONDifferenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: JSONValue?
        var actual: JSONValue?
        var lines: [String]
    }
    static let rows = [
        Row(
            testDescription: "equal, in another order", expected: ["a": 1, "b": 2], actual: ["b": 2, "a": 1], lines: []),
        Row(
            testDescription: "another value", expected: ["a": ["b": 1]], actual: ["a": ["b": 2]],
            lines: ["- a.b: 1", "+ a.b: 2"]),
        Row(testDescription: "missing and surplus", expected: ["a": 1], actual: ["b": 2], lines: ["- a: 1", "+ b: 2"]),
        Row(testDescription: "null is not absence", expected: ["a": nil], actual: [:], lines: ["- a: null"]),
        Row(testDescription: "a longer list", expected: [1], actual: [1, 2], lines: ["+ [1]: 2"]),
        Row(
            testDescription: "another kind", expected: ["a": [1]], actual: ["a": "1"],
            lines: ["- a: [1]", #"+ a: "1""#]),
        Row(testDescription: "nothing expected", expected: nil, actual: 1, lines: ["+ : 1"]),
    ]
    @Test(arguments: rows) func `names each place`(row: Row) {
        #expect(JSONDifference.lines(expected: row.expected, actual: row.actual) == row.lines)
    }
}
