import JSON
import Routing
import Testing

/// Fields, arrays, dots, `$or` and absence.
struct PatternStructureTests {
    static let rows = [
        PatternRow(
            #"{"a": ["1"], "b": ["2"]}"#, yes: [#"{"a": "1", "b": "2", "c": 3}"#, #"{"b": "2", "a": ["0", "1"]}"#],
            no: [#"{"a": "1"}"#, #"{"a": "1", "b": "1"}"#, "{}", "[]", #""a""#]),
        PatternRow(
            #"{"a": {"b": {"c": [1]}}}"#, yes: [#"{"a": {"b": {"c": 1}}}"#],
            no: [#"{"a": {"b": 1}}"#, #"{"a": {"c": 1}}"#, #"{"b": {"c": 1}}"#, #"{"a": {"b": {"c": {"c": 1}}}}"#]),
        // Dots join steps, in the pattern and in the event.
        PatternRow(
            #"{"d": {"s.t": ["r"]}}"#,
            yes: [#"{"d": {"s": {"t": "r"}}}"#, #"{"d": {"s.t": "r"}}"#, #"{"d.s": {"t": "r"}}"#, #"{"d.s.t": "r"}"#],
            no: [#"{"d": {"s.t": {"t": "r"}}}"#]),
        PatternRow(
            #"{"d": {"s": {"t": ["r"]}}}"#, yes: [#"{"d": {"s.t": "r"}}"#, #"{"d": {"s": {"t": "x"}, "s.t": "r"}}"#],
            no: [#"{"d": {"s.t": {"t": "r"}}}"#, #"{"d": {"st": "r"}}"#]),
        PatternRow(#"{"d": {"s.t": {"t": ["r"]}}}"#, no: [#"{"d": {"s": {"t": "r"}}}"#]),
        PatternRow(
            #"{"a": {"b": [1], "c": [2]}}"#, yes: [#"{"a.b": 1, "a": {"c": 2}}"#, #"{"a.b": 1, "a.c": 2}"#],
            no: [#"{"a.b": 1, "a": {"c": 3}}"#]),
        // Names are bytes.
        PatternRow(#"{"é": [1]}"#, yes: [#"{"é": 1}"#], no: [#"{"e\u0301": 1}"#]),
        // One element of an array matches in all the fields below it.
        PatternRow(
            #"{"i": {"k": ["a"], "v": [1]}}"#,
            yes: [
                #"{"i": [{"k": "a", "v": 1}]}"#, #"{"i": [{"k": "b", "v": 1}, {"k": "a", "v": 1}]}"#,
                #"{"i": {"k": ["a", "b"], "v": 1}}"#, #"{"i": [[{"k": "a", "v": 1}]]}"#,
            ],
            no: [
                #"{"i": [{"k": "a", "v": 2}, {"k": "b", "v": 1}]}"#, #"{"i": [{"k": "a"}, {"v": 1}]}"#, #"{"i": []}"#,
                #"{"i": ["a", 1]}"#,
            ]),
        PatternRow(
            #"{"i": {"k": ["a"]}, "j": {"v": [1]}}"#, yes: [#"{"i": [{"k": "a"}], "j": [{"v": 2}, {"v": 1}]}"#],
            no: [#"{"i": [{"k": "a"}], "j": [{"v": 2}]}"#]),
        PatternRow(
            #"{"i": {"k": ["a"], "n": {"m": [1]}}}"#,
            yes: [#"{"i": [{"k": "b", "n": [{"m": 2}]}, {"k": "a", "n": [{"m": 2}, {"m": 1}]}]}"#],
            no: [#"{"i": [{"k": "b", "n": [{"m": 1}]}, {"k": "a", "n": [{"m": 2}]}]}"#]),
        PatternRow(
            #"{"i": ["x"], "i.k": ["y"]}"#, yes: [#"{"i": ["x", {"k": "y"}]}"#],
            no: [#"{"i": ["x"]}"#, #"{"i": [{"k": "y"}]}"#]),
        // A leaf that must not be is in no element.
        PatternRow(
            #"{"a": [{"exists": false}]}"#, yes: ["{}", #"{"b": 1}"#, #"{"a": {"b": 1}}"#, #"{"a": []}"#],
            no: [#"{"a": 1}"#, #"{"a": null}"#, #"{"a": [1]}"#]),
        PatternRow(
            #"{"a": {"b": [{"exists": false}]}}"#,
            yes: ["{}", #"{"a": 1}"#, #"{"a": {}}"#, #"{"a": []}"#, #"{"a": {"b": {"c": 1}}}"#, #"{"a": [{"c": 1}]}"#],
            no: [#"{"a": {"b": 1}}"#, #"{"a.b": 1}"#, #"{"a": [{}, {"b": 1}]}"#]),
        PatternRow(
            #"{"i": {"k": ["a"], "v": [{"exists": false}]}}"#, yes: [#"{"i": [{"k": "a"}]}"#],
            no: [#"{"i": [{"k": "a"}, {"v": 1}]}"#]),
        PatternRow(
            #"{"a": {"b": [{"anything-but": ["r"]}, {"exists": false}]}}"#,
            yes: [#"{"a": {"b": "x"}}"#, #"{"a": {"c": 1}}"#, #"{"d": 1}"#], no: [#"{"a": {"b": "r"}}"#]),
        PatternRow(
            #"{"a": {"b": [{"exists": true}]}}"#, yes: [#"{"a": {"b": "x"}}"#],
            no: [#"{"a": {"b": {"S": "x"}}}"#, "{}"]),
        // $or
        PatternRow(
            #"{"s": ["x"], "$or": [{"a": [1]}, {"b": [2]}]}"#,
            yes: [#"{"s": "x", "a": 1}"#, #"{"s": "x", "b": 2}"#, #"{"s": "x", "a": 1, "b": 2}"#],
            no: [#"{"a": 1, "b": 2}"#, #"{"s": "x"}"#, #"{"s": "x", "a": 2, "b": 1}"#]),
        PatternRow(
            #"{"$or": [{"a": [1]}, {"b": [2], "c": [3]}], "d": {"$or": [{"e": [4]}, {"f": [5]}]}}"#,
            yes: [#"{"a": 1, "d": {"e": 4}}"#, #"{"b": 2, "c": 3, "d": {"f": 5}}"#],
            no: [#"{"b": 2, "d": {"f": 5}}"#, #"{"a": 1, "e": 4}"#, #"{"d": {"e": 4}}"#]),
        PatternRow(
            #"{"$or": [{"a": [1], "$or": [{"b": [2]}, {"c": [3]}]}, {"d": [4]}]}"#,
            yes: [#"{"a": 1, "c": 3}"#, #"{"d": 4}"#], no: [#"{"a": 1}"#, #"{"b": 2, "c": 3}"#]),
        // Across $or the element of an array is the same, too.
        PatternRow(
            #"{"i": {"k": ["a"]}, "$or": [{"i": {"v": [1]}}, {"w": [2]}]}"#,
            yes: [#"{"i": [{"k": "a", "v": 1}]}"#, #"{"i": [{"k": "a"}, {"v": 1}], "w": 2}"#],
            no: [#"{"i": [{"k": "a"}, {"v": 1}]}"#]),
        PatternRow(
            #"{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}"#, yes: [#"{"a": 2}"#, #"{"a": 1, "b": 3}"#],
            no: [#"{"a": 1}"#] + [#"{"b": 3}"#]),
        PatternRow(
            #"{"$or": [{"a": [{"exists": false}]}, {"b": [{"numeric": [">", 1]}]}]}"#,
            yes: ["{}", #"{"a": 1, "b": 2}"#], no: [#"{"a": 1, "b": 1}"#]),
        // The documented example.
        PatternRow(
            #"{"time": [{"prefix": "2017-10-02"}], "detail": {"state": [{"anything-but": "initializing"}], "c-count": [{"numeric": [">", 0, "<=", 5]}], "d-count": [{"numeric": ["<", 10]}], "x-limit": [{"anything-but": [100, 200, 300]}]}}"#,
            yes: [
                #"{"time": "2017-10-02T16:24:49Z", "detail": {"c-count": 5, "d-count": 3, "x-limit": 301.8, "state": "running"}}"#
            ],
            no: [
                #"{"time": "2017-10-02T16:24:49Z", "detail": {"c-count": 5, "d-count": 3, "x-limit": 300, "state": "running"}}"#,
                #"{"time": "2017-10-02T16:24:49Z", "detail": {"c-count": 5, "d-count": 3, "x-limit": 301.8}}"#,
            ]),
    ]
    @Test(arguments: rows) func `finds fields`(row: PatternRow) throws { try row.check() }

    @Test func `multiplies out as many combinations as EventBridge allows`() throws {
        func alternatives(_ count: Int, _ field: String) -> String {
            #"{"$or": [\#((0..<count).map { #"{"\#(field)":[\#($0)]}"# }.joined(separator: ","))]}"#
        }
        func pattern(_ counts: [Int]) -> String {
            #"{\#(counts.enumerated().map { #""\#($0)": \#(alternatives($1, "a"))"# }.joined(separator: ","))}"#
        }
        let largest = try EventPattern(parsing: pattern([10, 10, 10]))
        #expect(largest.matches(["0": ["a": 9], "1": ["a": 0], "2": ["a": 5]]))
        #expect(!largest.matches(["0": ["a": 9], "1": ["a": 10], "2": ["a": 5]]))
        #expect(throws: EventPatternError.self) { try EventPattern(parsing: pattern([7, 11, 13])) }
    }
}
