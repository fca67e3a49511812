import JSON
import Routing
import Testing

/// A pattern with events, each of them a row: those that match it and those that don't.
struct PatternRow: Sendable, CustomTestStringConvertible {
    var pattern: String, matching: [String], other: [String]

    init(_ pattern: String, yes: [String] = [], no: [String] = []) {
        (self.pattern, matching, other) = (pattern, yes, no)
    }

    /// Of one field `x`, whose values are given.
    init(x tests: String, yes: [String] = [], no: [String] = []) {
        self.init(#"{"x": [\#(tests)]}"#, yes: yes.map { #"{"x": \#($0)}"# }, no: no.map { #"{"x": \#($0)}"# })
    }

    var testDescription: String { pattern }

    func check() throws {
        let compiled = try EventPattern(parsing: pattern)
        for event in matching { #expect(compiled.matches(try parseJSON(event)), "\(event)") }
        for event in other { #expect(!compiled.matches(try parseJSON(event)), "\(event)") }
    }
}
