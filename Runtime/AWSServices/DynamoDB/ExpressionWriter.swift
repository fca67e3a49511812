import Items
import Services

/// Renders conditions and updates as expressions. Every name and value goes through a placeholder, so that no name is
/// reserved and no value is text.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Using expressions in DynamoDB".
struct ExpressionWriter {
    private var names: [String] = []
    private var values: [AttributeValue] = []

    private mutating func name(_ name: String) -> String {
        let index = names.firstIndex(of: name) ?? names.count
        if index == names.count { names.append(name) }
        return "#n\(index)"
    }

    private mutating func value(_ value: AttributeValue) -> String {
        values.append(value)
        return ":v\(values.count - 1)"
    }

    mutating func condition(_ condition: Condition) -> String {
        switch condition {
        case .exists(let name): "attribute_exists(\(self.name(name)))"
        case .notExists(let name): "attribute_not_exists(\(self.name(name)))"
        case .equal(let name, let value): comparison(name, "=", value)
        case .notEqual(let name, let value): comparison(name, "<>", value)
        case .less(let name, let value): comparison(name, "<", value)
        case .lessOrEqual(let name, let value): comparison(name, "<=", value)
        case .greater(let name, let value): comparison(name, ">", value)
        case .greaterOrEqual(let name, let value): comparison(name, ">=", value)
        // The language has neither true nor false.
        case .all([]): any([.itemPresent, .itemAbsent])
        case .any([]): all([.itemPresent, .itemAbsent])
        case .all(let conditions): all(conditions)
        case .any(let conditions): any(conditions)
        }
    }

    mutating func comparison(_ name: String, _ sign: String, _ value: AttributeValue) -> String {
        "\(self.name(name)) \(sign) \(self.value(value))"
    }

    private mutating func all(_ conditions: [Condition]) -> String { join(conditions, " AND ") }
    private mutating func any(_ conditions: [Condition]) -> String { join(conditions, " OR ") }

    private mutating func join(_ conditions: [Condition], _ word: String) -> String {
        guard conditions.count > 1 else { return condition(conditions[0]) }
        return conditions.map { "(\(condition($0)))" }.joined(separator: word)
    }

    mutating func update(_ updates: [AttributeUpdate]) -> String {
        var (sets, adds, removes): ([String], [String], [String]) = ([], [], [])
        for update in updates {
            switch update {
            case .set(let name, let value): sets.append(comparison(name, "=", value))
            case .setIfAbsent(let name, let value):
                let placeholder = self.name(name)
                sets.append("\(placeholder) = if_not_exists(\(placeholder), \(self.value(value)))")
            case .add(let name, let value): adds.append("\(self.name(name)) \(self.value(.number(value)))")
            case .remove(let name): removes.append(self.name(name))
            }
        }
        return [("SET", sets), ("ADD", adds), ("REMOVE", removes)]
            .filter { !$0.1.isEmpty }
            .map { $0 + " " + $1.joined(separator: ", ") }
            .joined(separator: " ")
    }

    mutating func keyCondition(partition: (String, String), sort name: String, _ bound: ItemQuery.SortBound) -> String {
        let partition = comparison(partition.0, "=", .string(partition.1))
        switch bound {
        case .all, .prefix(""): return partition
        case .prefix(let prefix):
            return "\(partition) AND begins_with(\(self.name(name)), \(value(.string(prefix))))"
        case .from(let first): return "\(partition) AND \(comparison(name, ">=", .string(first)))"
        case .between(let first, let last):
            return "\(partition) AND \(self.name(name)) BETWEEN \(value(.string(first))) AND \(value(.string(last)))"
        }
    }

    /// The members that tell what the placeholders stand for.
    func writePlaceholders(into request: inout RequestWriter) {
        if !names.isEmpty {
            request.name("ExpressionAttributeNames")
            request.object { for (index, name) in names.enumerated() { $0.member("#n\(index)", name) } }
        }
        if !values.isEmpty {
            request.name("ExpressionAttributeValues")
            request.object {
                for (index, value) in values.enumerated() {
                    $0.name(":v\(index)")
                    $0.value(value)
                }
            }
        }
    }
}
