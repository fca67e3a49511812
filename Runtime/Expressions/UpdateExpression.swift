package import Items

/// An update, parsed, checked, and with the request's names and values in place.
package struct UpdateExpression: Sendable {
    private let root: UpdateNode
    private let binding: ExpressionBinding

    /// - Throws: DynamoDB's message about the first thing wrong with it.
    package static func parse(
        _ text: String, _ inputs: inout ExpressionInputs
    ) throws(ExpressionError) -> UpdateExpression {
        let parsed = try ExpressionCache.shared.update(text, names: inputs.names)
        let binding = ExpressionBinding(kind: .update, source: parsed.source, inputs: &inputs)
        try UpdateChecker(binding: binding).check(parsed.root)
        return UpdateExpression(root: parsed.root, binding: binding)
    }

    /// The paths it writes to, in the order written: what UPDATED_OLD and UPDATED_NEW return, of the item before and
    /// after.
    package var paths: [DocumentPath] { root.actions.compactMap { binding.paths[$0.path] } }

    /// The item after the update.
    ///
    /// Every operand is read from the item as it was. An element set past the end of a list goes to the end, and
    /// elements are removed by the indexes they had.
    ///
    /// - Parameters:
    ///   - item: nil if there is none.
    ///   - key: the attributes that a new item begins with.
    /// - Returns: nil if there was no item and the update only takes away, so that there is none afterwards.
    /// - Throws: DynamoDB's message if the update does not suit the item.
    package func apply(to item: Item?, key: Item) throws(ExpressionError) -> Item? {
        var writes: [(path: DocumentPath, value: AttributeValue)] = []
        var removals: [DocumentPath] = []
        for action in root.actions {
            guard let path = binding.paths[action.path] else { continue }
            switch action {
            case .set(_, let operand): writes.append((path, try value(of: operand, in: item)))
            case .remove: removals.append(path)
            case .add(_, let slot):
                if let added = binding.values[slot] {
                    writes.append((path, try path.value(in: item)?.adding(added) ?? added))
                }
            case .delete(_, let slot):
                guard let removed = binding.values[slot], let old = path.value(in: item) else {
                    if item != nil, !path.parentExists(in: item) { throw Self.pathInvalid }
                    continue
                }
                if let rest = try old.subtracting(removed) {
                    writes.append((path, rest))
                } else {
                    removals.append(path)
                }
            }
        }
        if item == nil, !root.actions.contains(where: \.creates) { return nil }
        var updated = item ?? key
        for write in writes.sorted(by: { $0.path.precedes($1.path) }) {
            try write.path.store(write.value, in: &updated)
        }
        if item != nil {
            for path in removals.sorted(by: { $1.precedes($0) }) { try path.remove(from: &updated) }
        }
        return updated
    }

    static let pathInvalid = ExpressionError(
        "The document path provided in the update expression is invalid for update")
    package static let typeInvalid = ExpressionError("An operand in the update expression has an incorrect data type")
    static let attributeAbsent = ExpressionError(
        "The provided expression refers to an attribute that does not exist in the item")

    private func value(of operand: UpdateOperand, in item: Item?) throws(ExpressionError) -> AttributeValue {
        switch operand {
        case .path(let slot):
            guard let value = binding.paths[slot]?.value(in: item) else { throw Self.attributeAbsent }
            return value
        case .value(let slot):
            guard let value = binding.values[slot] else { throw Self.attributeAbsent }
            return value
        case .plus(let left, let right):
            return try value(of: left, in: item).sum(with: try value(of: right, in: item), negated: false)
        case .minus(let left, let right):
            return try value(of: left, in: item).sum(with: try value(of: right, in: item), negated: true)
        case .function(.ifNotExists, let arguments):
            if case .path(let slot) = arguments[0], let value = binding.paths[slot]?.value(in: item) { return value }
            return try value(of: arguments[1], in: item)
        case .function(.listAppend, let arguments):
            guard case .list(let first) = try value(of: arguments[0], in: item),
                case .list(let second) = try value(of: arguments[1], in: item)
            else { throw Self.typeInvalid }
            return .list(first + second)
        }
    }
}

extension UpdateAction {
    /// Whether it makes an item where there is none.
    fileprivate var creates: Bool {
        switch self {
        case .set, .add: true
        case .remove, .delete: false
        }
    }
}
