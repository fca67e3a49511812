/// JSON texts, right but for what a mutation does to them.
struct JSONGrammar {
    static func text(_ chance: inout Chance, depth: Int = 0) -> String {
        let kinds = depth > 6 ? 6 : 8
        switch chance.below(kinds) {
        case 0: return "null"
        case 1: return chance.oneIn(2) ? "true" : "false"
        case 2: return String(Int64(truncatingIfNeeded: chance.next()) >> Int64(chance.below(64)))
        case 3:
            return "\(chance.below(1_000)).\(chance.below(1_000))e\(chance.oneIn(2) ? "-" : "+")\(chance.below(140))"
        case 4, 5: return string(&chance)
        case 6:
            return "[" + (0..<chance.below(5)).map { _ in text(&chance, depth: depth + 1) }.joined(separator: ",") + "]"
        default:
            return "{"
                + (0..<chance.below(5)).map { _ in "\(string(&chance)) : \(text(&chance, depth: depth + 1))" }
                .joined(separator: ",") + "}"
        }
    }

    static func string(_ chance: inout Chance) -> String {
        let pieces = [
            "a", "é", "日", "😀", "\\n", "\\\"", "\\\\", "\\u0041", "\\ud83d\\ude00", " ", "/", "\\/", "#", ":",
        ]
        return "\"" + (0..<chance.below(8)).map { _ in chance.pick(pieces) }.joined() + "\""
    }

    /// A DynamoDB value.
    static func attribute(_ chance: inout Chance, depth: Int = 0) -> String {
        switch chance.below(depth > 4 ? 8 : 10) {
        case 0: return #"{"S":\#(string(&chance))}"#
        case 1: return #"{"N":"\#(chance.below(100_000))"}"#
        case 2: return #"{"N":"\#(chance.below(10)).\#(chance.below(1_000_000))E\#(chance.below(300) - 150)"}"#
        case 3: return #"{"B":"\#(chance.pick(["", "AA==", "AAE=", "aGVsbG8=", "a", "====", "AB=="]))"}"#
        case 4: return #"{"SS":["a",\#(string(&chance))]}"#
        case 5: return #"{"NS":["1","\#(chance.below(5))"]}"#
        case 6: return #"{"BOOL":\#(chance.oneIn(3) ? "\"x\"" : "true")}"#
        case 7: return #"{"NULL":true}"#
        case 8:
            return #"{"L":["#
                + (0..<chance.below(4)).map { _ in attribute(&chance, depth: depth + 1) }.joined(separator: ",")
                + "]}"
        default:
            return #"{"M":{"#
                + (0..<chance.below(4)).map { "\"k\($0)\":\(attribute(&chance, depth: depth + 1))" }
                .joined(separator: ",") + "}}"
        }
    }
}
