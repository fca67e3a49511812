/// Expressions of all five kinds.
struct ExpressionGrammar {
    enum Kind: CaseIterable { case condition, filter, update, keyCondition, projection }

    static func text(_ kind: Kind, _ chance: inout Chance) -> String {
        switch kind {
        case .condition, .filter: condition(&chance, depth: 0)
        case .update: update(&chance)
        case .keyCondition: keyCondition(&chance)
        case .projection: (0...chance.below(4)).map { _ in path(&chance) }.joined(separator: ", ")
        }
    }

    static func path(_ chance: inout Chance) -> String {
        var text = chance.pick(["pk", "sk", "a", "b", "#a", "#b", "#c", "name", "list", "map"])
        for _ in 0..<chance.below(3) {
            text += chance.oneIn(2) ? ".\(chance.pick(["a", "k0", "#b", "k1"]))" : "[\(chance.below(4))]"
        }
        return text
    }

    static func value(_ chance: inout Chance) -> String { chance.pick([":a", ":b", ":c", ":n", ":s", ":l", ":set"]) }

    private static func operand(_ chance: inout Chance) -> String {
        switch chance.below(5) {
        case 0, 1: path(&chance)
        case 2, 3: value(&chance)
        default: "size(\(path(&chance)))"
        }
    }

    private static func condition(_ chance: inout Chance, depth: Int) -> String {
        switch chance.below(depth > 5 ? 6 : 10) {
        case 0, 1: return "\(operand(&chance)) \(chance.pick(["=", "<>", "<", "<=", ">", ">="])) \(operand(&chance))"
        case 2: return "\(operand(&chance)) BETWEEN \(operand(&chance)) AND \(operand(&chance))"
        case 3:
            return
                "\(operand(&chance)) IN (\((0...chance.below(4)).map { _ in operand(&chance) }.joined(separator: ",")))"
        case 4: return "\(chance.pick(["attribute_exists", "attribute_not_exists"]))(\(path(&chance)))"
        case 5:
            return
                "\(chance.pick(["begins_with", "contains", "attribute_type"]))(\(path(&chance)), \(operand(&chance)))"
        case 6: return "NOT \(condition(&chance, depth: depth + 1))"
        case 7: return "(\(condition(&chance, depth: depth + 1)))"
        default:
            let word = chance.oneIn(2) ? "AND" : "OR"
            return "\(condition(&chance, depth: depth + 1)) \(word) \(condition(&chance, depth: depth + 1))"
        }
    }

    private static func update(_ chance: inout Chance) -> String {
        (0...chance.below(3)).map { _ in
            switch chance.below(4) {
            case 0:
                return "SET "
                    + (0...chance.below(3)).map { _ in
                        "\(path(&chance)) = \(updateValue(&chance))"
                    }.joined(separator: ", ")
            case 1: return "REMOVE " + path(&chance)
            case 2: return "ADD \(path(&chance)) \(value(&chance))"
            default: return "DELETE \(path(&chance)) \(value(&chance))"
            }
        }.joined(separator: " ")
    }

    private static func updateValue(_ chance: inout Chance) -> String {
        switch chance.below(5) {
        case 0: return "\(path(&chance)) \(chance.oneIn(2) ? "+" : "-") \(value(&chance))"
        case 1: return "if_not_exists(\(path(&chance)), \(value(&chance)))"
        case 2: return "list_append(\(path(&chance)), \(value(&chance)))"
        default: return operand(&chance)
        }
    }

    private static func keyCondition(_ chance: inout Chance) -> String {
        let sort = chance.pick([
            "sk = :s", "sk < :n", "sk BETWEEN :a AND :b", "begins_with(sk, :s)", "#b >= :s", "(sk = :s)", ":s > sk",
        ])
        return chance.oneIn(3) ? "pk = :s" : "\(chance.pick(["pk = :s", "(pk = :s)", "#a = :s"])) AND \(sort)"
    }
}
