package import Items

/// What a key attribute must be.
package enum KeyTest: Hashable, Sendable {
    case equal(AttributeValue)
    case less(AttributeValue)
    case lessOrEqual(AttributeValue)
    case greater(AttributeValue)
    case greaterOrEqual(AttributeValue)
    /// Both ends included.
    case between(AttributeValue, AttributeValue)
    case beginsWith(AttributeValue)

    package var values: [AttributeValue] {
        switch self {
        case .equal(let value), .less(let value), .lessOrEqual(let value), .greater(let value),
            .greaterOrEqual(let value), .beginsWith(let value):
            [value]
        case .between(let low, let high): [low, high]
        }
    }

    package func holds(for value: AttributeValue) -> Bool {
        switch self {
        case .equal(let other): value.isSame(as: other)
        case .less(let other): value.isLess(than: other) ?? false
        case .lessOrEqual(let other): other.isLess(than: value).map { !$0 } ?? false
        case .greater(let other): other.isLess(than: value) ?? false
        case .greaterOrEqual(let other): value.isLess(than: other).map { !$0 } ?? false
        case .between(let low, let high):
            (value.isLess(than: low).map { !$0 } ?? false) && (high.isLess(than: value).map { !$0 } ?? false)
        case .beginsWith(let prefix): value.begins(with: prefix)
        }
    }
}

/// A key condition before it is held against a key: which attributes it tests.
package struct KeyCondition: Sendable {
    /// In the order written; the attributes are distinct.
    package private(set) var terms: [(attribute: String, test: KeyTest)] = []

    /// What keeps it from being one of a key, though it is a condition.
    private var fault: ExpressionError?

    package init(terms: [(attribute: String, test: KeyTest)]) { self.terms = terms }

    /// - Throws: DynamoDB's message about the first thing wrong with it as a condition; ``check()`` says what is wrong
    ///   with it as one of a key.
    package static func parse(_ text: String, _ inputs: inout ExpressionInputs) throws(ExpressionError) -> KeyCondition
    {
        let parsed = try ExpressionCache.shared.condition(text, kind: .keyCondition, names: inputs.names)
        let binding = ExpressionBinding(kind: .keyCondition, source: parsed.source, inputs: &inputs)
        try ConditionChecker(binding: binding).check(parsed.root)
        var condition = KeyCondition(terms: [])
        do throws(ExpressionError) { try condition.collect(parsed.root, binding) } catch { condition.fault = error }
        return condition
    }

    /// Whether it is one of a key. DynamoDB looks for unused names and values before this.
    package func check() throws(ExpressionError) { if let fault { throw fault } }

    /// Holds the condition against a key.
    ///
    /// - Throws: DynamoDB's message if it does not test the partition key for equality, or tests another attribute, or
    ///   compares with a value of another type.
    package func bound(to schema: KeySchema) throws(ExpressionError) -> BoundKeyCondition {
        try check()
        if schema.isComposite { return try boundToComposite(schema) }
        guard terms.count <= 2 else { throw ExpressionError("Conditions can be of length 1 or 2 only") }
        if schema.sort == nil, terms.count > 1 { throw ExpressionError("Query key condition not supported") }
        guard let partition = try test(of: schema.partition, isPartition: true) else {
            throw ExpressionError("Query condition missed key schema element: \(schema.partition.name)")
        }
        guard case .equal(let value) = partition else { throw ExpressionError("Query key condition not supported") }
        let sort = try schema.sort.flatMap { attribute throws(ExpressionError) in
            try test(of: attribute, isPartition: false)
        }
        return BoundKeyCondition(partition: value, sort: sort)
    }

    private func test(of attribute: KeyAttribute, isPartition: Bool) throws(ExpressionError) -> KeyTest? {
        guard let test = terms.first(where: { AttributeName($0.attribute) == AttributeName(attribute.name) })?.test
        else {
            if isPartition || terms.count > 1 {
                throw ExpressionError("Query condition missed key schema element: \(attribute.name)")
            }
            return nil
        }
        guard test.values.allSatisfy(attribute.accepts) else {
            throw ExpressionError(
                "One or more parameter values were invalid: Condition parameter type does not match schema type")
        }
        return test
    }
}

/// A key condition that suits its key.
package struct BoundKeyCondition: Hashable, Sendable {
    package var partition: AttributeValue
    /// nil: every item of the partition. In a composite key the test of the attribute after ``sortPrefix``.
    package var sort: KeyTest?
    /// What the further attributes of a composite partition key equal.
    package var furtherPartitions: [AttributeValue] = []
    /// What the first attributes of a composite sort key equal.
    package var sortPrefix: [AttributeValue] = []

    package init(partition: AttributeValue, sort: KeyTest? = nil) {
        self.partition = partition
        self.sort = sort
    }
}

extension KeyCondition {
    private mutating func collect(_ node: ConditionNode, _ binding: ExpressionBinding) throws(ExpressionError) {
        switch node {
        case .and(let a, let b):
            try collect(a, binding)
            try collect(b, binding)
        case .or: throw Self.unusable("OR")
        case .not: throw Self.unusable("NOT")
        case .oneOf: throw Self.unusable("IN")
        case .compare(.notEqual, _, _): throw Self.unusable("<>")
        case .compare(let comparator, let left, let right):
            let (attribute, values) = try Self.operands([left, right], binding)
            // The attribute may be on either side.
            try add(attribute, left.path != nil ? comparator : comparator.mirrored, values[0])
        case .between(let operand, let low, let high):
            guard operand.path != nil else { throw Self.misplaced("BETWEEN") }
            let (attribute, values) = try Self.operands([operand, low, high], binding)
            try add(attribute, .between(values[0], values[1]))
        case .function(.beginsWith, let arguments):
            guard arguments[0].path != nil else { throw Self.misplaced("begins_with") }
            let (attribute, values) = try Self.operands(arguments, binding)
            try add(attribute, .beginsWith(values[0]))
        case .function(let function, _): throw Self.unusable(function.rawValue)
        }
    }

    private mutating func add(
        _ attribute: String, _ comparator: Comparator, _ value: AttributeValue
    ) throws(ExpressionError) {
        switch comparator {
        case .equal, .notEqual: try add(attribute, .equal(value))
        case .less: try add(attribute, .less(value))
        case .lessOrEqual: try add(attribute, .lessOrEqual(value))
        case .greater: try add(attribute, .greater(value))
        case .greaterOrEqual: try add(attribute, .greaterOrEqual(value))
        }
    }

    private mutating func add(_ attribute: String, _ test: KeyTest) throws(ExpressionError) {
        guard !terms.contains(where: { AttributeName($0.attribute) == AttributeName(attribute) }) else {
            throw ExpressionError("KeyConditionExpressions must only contain one condition per key")
        }
        terms.append((attribute, test))
    }

    /// The one attribute among the operands, and the values.
    private static func operands(
        _ operands: [ConditionOperand], _ binding: ExpressionBinding
    ) throws(ExpressionError) -> (attribute: String, values: [AttributeValue]) {
        var attribute: String?
        var values: [AttributeValue] = []
        for operand in operands {
            switch operand {
            case .function: throw ExpressionError("KeyConditionExpressions cannot contain nested operations")
            case .value(let slot): if let value = binding.values[slot] { values.append(value) }
            case .path(let slot):
                guard attribute == nil else {
                    throw invalid("Multiple attribute names used in one condition")
                }
                guard let path = binding.paths[slot], path.steps.isEmpty else {
                    throw ExpressionError("KeyConditionExpressions cannot have conditions on nested attributes")
                }
                attribute = path.attribute
            }
        }
        guard let attribute else { throw invalid("No key attribute specified") }
        return (attribute, values)
    }

    private static func unusable(_ name: String) -> ExpressionError {
        ExpressionError("Invalid operator used in KeyConditionExpression: \(name)")
    }

    private static func misplaced(_ name: String) -> ExpressionError {
        invalid("\(name) operator must have the key attribute as its first operand")
    }

    private static func invalid(_ reason: String) -> ExpressionError {
        ExpressionError("Invalid condition in KeyConditionExpression: \(reason)")
    }
}
