import Items

/// Writes at a path. The step before the last must be there already and be of the kind that the last step needs.
extension DocumentPath {
    /// By list index where two paths share a list, so that elements past its end are appended in order.
    func precedes(_ other: DocumentPath) -> Bool {
        let (mine, theirs) = (AttributeName(attribute), AttributeName(other.attribute))
        guard mine == theirs else { return mine < theirs }
        for (mine, theirs) in zip(steps, other.steps) where mine != theirs {
            switch (mine, theirs) {
            case (.element(let a), .element(let b)): return a < b
            case (.member(let a), .member(let b)): return AttributeName(a) < AttributeName(b)
            default: return false
            }
        }
        return steps.count < other.steps.count
    }

    func parentExists(in item: Item?) -> Bool {
        guard let last = steps.last else { return true }
        switch (DocumentPath(attribute, steps.dropLast()).value(in: item), last) {
        case (.map?, .member), (.list?, .element): return true
        default: return false
        }
    }

    func store(_ value: AttributeValue, in item: inout Item) throws(ExpressionError) {
        guard !steps.isEmpty else { return item.attributes[attribute] = value }
        guard var root = item.attributes.removeValue(forKey: attribute) else { throw UpdateExpression.pathInvalid }
        try Self.change(&root, steps[...], to: value)
        item.attributes[attribute] = root
    }

    /// Taking away what is not there changes nothing, as long as its parent is there.
    func remove(from item: inout Item) throws(ExpressionError) {
        guard !steps.isEmpty else {
            item.attributes.removeValue(forKey: attribute)
            return
        }
        guard var root = item.attributes.removeValue(forKey: attribute) else { throw UpdateExpression.pathInvalid }
        try Self.change(&root, steps[...], to: nil)
        item.attributes[attribute] = root
    }

    private static func change(
        _ target: inout AttributeValue, _ steps: ArraySlice<Step>, to value: AttributeValue?
    ) throws(ExpressionError) {
        guard let step = steps.first else { return }
        let rest = steps.dropFirst()
        switch (step, target) {
        case (.member(let name), .map(var members)):
            // Lets go of the tree's own reference, so that the change is made in place.
            target = .null
            if rest.isEmpty {
                members[name] = value
            } else {
                guard var child = members.removeValue(forKey: name) else { throw UpdateExpression.pathInvalid }
                try change(&child, rest, to: value)
                members[name] = child
            }
            target = .map(members)
        case (.element(let index), .list(var elements)):
            target = .null
            try change(&elements, index, rest, to: value)
            target = .list(elements)
        default: throw UpdateExpression.pathInvalid
        }
    }

    private static func change(
        _ elements: inout [AttributeValue], _ index: Int, _ rest: ArraySlice<Step>, to value: AttributeValue?
    ) throws(ExpressionError) {
        guard rest.isEmpty else {
            guard index < elements.count else { throw UpdateExpression.pathInvalid }
            return try change(&elements[index], rest, to: value)
        }
        switch value {
        case let value? where index < elements.count: elements[index] = value
        case let value?: elements.append(value)
        case nil where index < elements.count: elements.remove(at: index)
        case nil: return
        }
    }
}
