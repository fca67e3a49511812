package import Items

/// A condition or filter, parsed, checked, and with the request's names and values in place.
package struct ConditionExpression: Sendable {
    private let root: ConditionNode
    private let binding: ExpressionBinding

    /// - Parameter kind: `.condition` or `.filter`.
    /// - Throws: DynamoDB's message about the first thing wrong with it.
    package static func parse(
        _ text: String, _ inputs: inout ExpressionInputs, kind: ExpressionKind = .condition
    ) throws(ExpressionError) -> ConditionExpression {
        let parsed = try ExpressionCache.shared.condition(text, kind: kind, names: inputs.names)
        let binding = ExpressionBinding(kind: kind, source: parsed.source, inputs: &inputs)
        try ConditionChecker(binding: binding).check(parsed.root)
        return ConditionExpression(root: parsed.root, binding: binding)
    }

    /// The paths it refers to.
    package var paths: [DocumentPath] { binding.paths.compactMap { $0 } }

    /// Whether it holds of `item`; nil stands for no item, which has no attributes.
    package func holds(for item: Item?) -> Bool { holds(root, item) }

    private func holds(_ node: ConditionNode, _ item: Item?) -> Bool {
        switch node {
        case .and(let a, let b): holds(a, item) && holds(b, item)
        case .or(let a, let b): holds(a, item) || holds(b, item)
        case .not(let inner): !holds(inner, item)
        case .compare(let comparator, let left, let right):
            compare(comparator, value(left, item), value(right, item))
        case .between(let operand, let low, let high):
            compare(.greaterOrEqual, value(operand, item), value(low, item))
                && compare(.lessOrEqual, value(operand, item), value(high, item))
        case .oneOf(let operand, let list):
            value(operand, item).map { operand in
                list.contains { value($0, item).map { operand.isSame(as: $0) } ?? false }
            } ?? false
        case .function(let function, let arguments): holds(function, arguments, item)
        }
    }

    /// An absent operand is unequal to everything, even to another absent one.
    private func compare(_ comparator: Comparator, _ left: AttributeValue?, _ right: AttributeValue?) -> Bool {
        guard let left, let right else { return comparator == .notEqual }
        return switch comparator {
        case .equal: left.isSame(as: right)
        case .notEqual: !left.isSame(as: right)
        case .less: left.isLess(than: right) ?? false
        case .lessOrEqual: right.isLess(than: left).map { !$0 } ?? false
        case .greater: right.isLess(than: left) ?? false
        case .greaterOrEqual: left.isLess(than: right).map { !$0 } ?? false
        }
    }

    private func holds(_ function: ConditionFunction, _ arguments: [ConditionOperand], _ item: Item?) -> Bool {
        let first = value(arguments[0], item)
        switch function {
        case .attributeExists: return first != nil
        case .attributeNotExists: return first == nil
        case .size: return false
        case .attributeType, .beginsWith, .contains:
            guard let first, let second = value(arguments[1], item) else { return false }
            return switch function {
            case .attributeType: second.string == first.typeName
            case .beginsWith: first.begins(with: second)
            default: first.contains(second)
            }
        }
    }

    private func value(_ operand: ConditionOperand, _ item: Item?) -> AttributeValue? {
        switch operand {
        case .path(let slot): binding.paths[slot]?.value(in: item)
        case .value(let slot): binding.values[slot]
        // Of all functions only `size` may stand as an operand.
        case .function(_, let arguments): value(arguments[0], item)?.sizeFunctionResult.map { .number($0) }
        }
    }
}
