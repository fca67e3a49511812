import Expressions
import Items
import JSON

/// Writes the parts of statements as DynamoDB's expressions, so that both languages mean the same.
struct StatementExpressions {
    private(set) var names = JSONObject()
    private(set) var values = JSONObject()
    private var placeholders: [String: String] = [:]

    mutating func text(_ condition: StatementCondition) -> String {
        switch condition {
        case .and(let a, let b): "(\(text(a))) AND (\(text(b)))"
        case .or(let a, let b): "(\(text(a))) OR (\(text(b)))"
        case .not(let inner): "NOT (\(text(inner)))"
        case .compare(let sign, let left, let right): "\(text(left)) \(sign) \(text(right))"
        case .between(let operand, let low, let high): "\(text(operand)) BETWEEN \(text(low)) AND \(text(high))"
        case .oneOf(let operand, let list): "\(text(operand)) IN (\(texts(list)))"
        case .function(let name, let arguments): "\(name)(\(texts(arguments)))"
        }
    }

    mutating func text(_ operand: StatementOperand) -> String {
        switch operand {
        case .path(let path): text(path)
        case .value(let value): text(value)
        case .function(let name, let arguments): "\(name)(\(texts(arguments)))"
        case .sum(let left, let sign, let right): "\(text(left)) \(sign) \(text(right))"
        }
    }

    mutating func text(_ path: StatementPath) -> String {
        var text = placeholder(path.attribute)
        for step in path.steps {
            switch step {
            case .name(let name): text += "." + placeholder(name)
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// All changes, gathered by section.
    mutating func text(_ changes: [StatementChange]) -> String {
        var sections: [(name: String, parts: [String])] = [("SET", []), ("REMOVE", []), ("ADD", []), ("DELETE", [])]
        for change in changes {
            switch change {
            case .set(let path, let operand): sections[0].parts.append("\(text(path)) = \(text(operand))")
            case .remove(let path): sections[1].parts.append(text(path))
            case .addToSet(let path, let operand): sections[2].parts.append("\(text(path)) \(text(operand))")
            case .deleteFromSet(let path, let operand): sections[3].parts.append("\(text(path)) \(text(operand))")
            }
        }
        return sections.filter { !$0.parts.isEmpty }.map { "\($0.name) \($0.parts.joined(separator: ", "))" }
            .joined(separator: " ")
    }

    /// The members of a request that the texts need.
    func add(to request: inout JSONObject) {
        if !names.isEmpty { request["ExpressionAttributeNames"] = .object(names) }
        if !values.isEmpty { request["ExpressionAttributeValues"] = .object(values) }
    }

    private mutating func texts(_ operands: [StatementOperand]) -> String {
        var texts: [String] = []
        for operand in operands { texts.append(text(operand)) }
        return texts.joined(separator: ", ")
    }

    private mutating func text(_ value: JSONValue) -> String {
        let placeholder = ":v\(values.count)"
        values[placeholder] = value
        return placeholder
    }

    private mutating func placeholder(_ name: String) -> String {
        if let placeholder = placeholders[name] { return placeholder }
        let placeholder = "#n\(names.count)"
        names[placeholder] = .string(name)
        placeholders[name] = placeholder
        return placeholder
    }
}
