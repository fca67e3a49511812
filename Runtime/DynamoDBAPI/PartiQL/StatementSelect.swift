import Expressions
import ItemDB
import Items
import JSON

/// A SELECT held against its table: which rows are read, and what is shown of them.
struct StatementSelect {
    let source: ReadSource
    private let projection: [(path: DocumentPath, name: String)]?
    private(set) var read: ReadRequest

    init(_ statement: SelectStatement, _ table: Table) throws(APIError) {
        var source = ReadSource(table: table)
        if let name = statement.index {
            guard let index = table.index(named: name) else {
                throw .validation("The table does not have the specified index")
            }
            source.index = index
        }
        self.source = source
        projection = statement.projection?.map { (DocumentPath($0.path), $0.name) }
        let conjuncts = statement.condition?.conjuncts ?? []
        var rows = ReadRequest.Rows.segment(index: 0, count: 1)
        let isRange = !source.key.isComposite
        if isRange,
            let partition = conjuncts.lazy.compactMap(\.equality).first(where: {
                $0.attribute == source.key.partition.name
            })
        {
            let value = try Self.keyValue(partition.value, source.key.partition)
            rows = .partition(
                value, try source.key.sort.flatMap { sort throws(APIError) in try Self.test(of: sort, in: conjuncts) })
        } else if isRange, !statement.order.isEmpty {
            throw .validation(
                "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.")
        }
        read = ReadRequest(table, index: source.index, rows: rows)
        try order(by: statement.order)
        read.filter = try Self.filter(statement.condition)
    }

    private mutating func order(by order: [(attribute: String, isDescending: Bool)]) throws(APIError) {
        let names = source.key.attributes.map(\.name)
        for (attribute, isDescending) in order {
            guard names.contains(attribute) else {
                throw .validation("Variable reference \(attribute) in ORDER BY clause must be part of the primary key")
            }
            if attribute == source.key.sort?.name { read.forward = !isDescending }
        }
    }

    /// The whole condition: the rows are but what it can't lie outside of.
    private static func filter(_ condition: StatementCondition?) throws(APIError) -> (@Sendable (Item) -> Bool)? {
        guard let condition else { return nil }
        var expressions = StatementExpressions()
        var request: JSONObject = ["FilterExpression": .string(expressions.text(condition))]
        expressions.add(to: &request)
        var parameters = try ExpressionParameters(Request(request))
        guard let filter = try parameters.condition("FilterExpression", kind: .filter) else { return nil }
        return { filter.holds(for: $0) }
    }

    private static func keyValue(_ json: JSONValue, _ attribute: KeyAttribute) throws(APIError) -> AttributeValue {
        let value = try AttributeValueReader.value(json)
        try KeyChecks.check(key: [attribute.name: value], of: KeySchema(partition: attribute))
        return value
    }

    /// The first condition on the sort key that a range of rows can stand for.
    private static func test(
        of attribute: KeyAttribute, in conjuncts: [StatementCondition]
    ) throws(APIError) -> KeyTest? {
        for part in conjuncts {
            if let test = try test(of: attribute.name, part), test.values.allSatisfy(attribute.accepts) { return test }
        }
        return nil
    }

    private static func test(of attribute: String, _ condition: StatementCondition) throws(APIError) -> KeyTest? {
        func value(_ operand: StatementOperand) throws(APIError) -> AttributeValue? {
            try operand.value.map { json throws(APIError) in try AttributeValueReader.value(json) }
        }
        switch condition {
        case .compare(let sign, let left, let right) where left.attribute == attribute:
            guard let value = try value(right) else { return nil }
            return switch sign {
            case "=": .equal(value)
            case "<": .less(value)
            case "<=": .lessOrEqual(value)
            case ">": .greater(value)
            case ">=": .greaterOrEqual(value)
            default: nil
            }
        case .between(let operand, let low, let high) where operand.attribute == attribute:
            guard let low = try value(low), let high = try value(high) else { return nil }
            return .between(low, high)
        case .function("begins_with", let arguments) where arguments.count == 2 && arguments[0].attribute == attribute:
            return try value(arguments[1]).map { .beginsWith($0) }
        default: return nil
        }
    }

    /// What is shown of an item.
    func shown(_ item: Item) -> Item {
        guard let projection else { return item }
        var shown = Item()
        for (path, name) in projection { shown[name] = path.value(in: item) }
        return shown
    }
}

extension DocumentPath {
    init(_ path: StatementPath) {
        self.init(
            path.attribute,
            path.steps.map { step in
                switch step {
                case .name(let name): .member(name)
                case .index(let index): .element(index)
                }
            })
    }
}
