import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, Query.
    func query(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.query)
        if let limit = request.int("Limit"), limit < 1 {
            throw .validation(
                "1 validation error detected: Value at 'Limit' failed to satisfy constraint: "
                    + "Member must have value greater than or equal to 1")
        }
        try ExpressionParameters.checkMix(
            request, expressions: ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
            older: ["AttributesToGet", "QueryFilter", "ConditionalOperator"] + Self.olderKeyConditions(request))
        let olderFilter = try LegacyConditionReader.filter(request, "QueryFilter")
        let names = try Self.attributesToGet(request)
        let start = try Self.startKey(request)
        guard request.has("KeyConditions") || request.has("KeyConditionExpression") else {
            throw .validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
        }
        var expressions = try ExpressionParameters(request)
        let filter = try expressions.condition("FilterExpression", kind: .filter)
        let keyExpression = try expressions.keyCondition()
        let projection = try Self.projection(names, &expressions)
        try expressions.checkAllUsed()
        try refusing { () throws(ExpressionError) in try keyExpression?.check() }
        let conditions: KeyCondition
        if let keyExpression { conditions = keyExpression } else { conditions = try Self.keyCondition(request) }

        let source = try readSource(request)
        let bound = try refusing { () throws(ExpressionError) in try conditions.bound(to: source.key) }
        try Self.check(bound, source.key)
        var read = ReadRequest(
            source.table, index: source.index,
            rows: source.key.isComposite
                ? .compositePartition([bound.partition] + bound.furtherPartitions, sorts: bound.sortPrefix, bound.sort)
                : .partition(bound.partition, bound.sort))
        read.forward = request.bool("ScanIndexForward") ?? true
        if let start {
            try source.check(start, isQuery: true)
            try Self.check(start, within: bound, source)
            read.after = start
        }
        try source.checkFilter(filter, olderFilter, "QueryFilter")
        return try page(request, source, read, filter: filter, olderFilter: olderFilter, projection: projection)
    }

    /// Key conditions of either kind go with filters of the same kind only, except where there is only the older one.
    private static func olderKeyConditions(_ request: Request) -> [String] {
        request.has("KeyConditionExpression") ? ["KeyConditions"] : []
    }

    private static func keyCondition(_ request: Request) throws(APIError) -> KeyCondition {
        let tests = try LegacyConditionReader.conditions(request, "KeyConditions")
        guard !tests.isEmpty else { throw .validation("Conditions can be of length 1 or 2 only") }
        var terms: [(attribute: String, test: KeyTest)] = []
        for test in tests {
            guard let keyTest = test.keyTest else {
                throw .validation("Attempted conditional constraint is not an indexable operation")
            }
            terms.append((test.attribute, keyTest))
        }
        return KeyCondition(terms: terms)
    }

    /// Values that no stored key can have.
    private static func check(_ condition: BoundKeyCondition, _ schema: KeySchema) throws(APIError) {
        try KeyChecks.check(
            key: [schema.partition.name: condition.partition], of: KeySchema(partition: schema.partition))
        let further = zip(schema.furtherPartitions, condition.furtherPartitions)
        for (attribute, value) in further { try KeyChecks.check(emptiness: value, of: attribute) }
        for (attribute, value) in zip(schema.sorts, condition.sortPrefix) {
            try KeyChecks.check(emptiness: value, of: attribute)
        }
        guard !schema.isComposite else { return }
        guard let sort = schema.sort, let test = condition.sort else { return }
        for value in test.values {
            if case .beginsWith = test { continue }
            try KeyChecks.check(emptiness: value, of: sort)
        }
    }

    private static func check(
        _ start: Item, within condition: BoundKeyCondition, _ source: ReadSource
    ) throws(APIError) {
        let isSamePartition = zip(source.key.partitions, [condition.partition] + condition.furtherPartitions)
            .allSatisfy { attribute, value in start[attribute.name].map { $0.isSame(as: value) } ?? false }
        let sorts = source.key.sorts
        for (attribute, value) in zip(sorts, condition.sortPrefix)
        where !(start[attribute.name].map { $0.isSame(as: value) } ?? false) {
            throw .validation("The provided starting key does not match the range key predicate")
        }
        if let sort = sorts.dropFirst(condition.sortPrefix.count).first, let test = condition.sort,
            let value = start[sort.name]
        {
            guard test.holds(for: value) else {
                throw .validation("The provided starting key does not match the range key predicate")
            }
        }
        guard isSamePartition else {
            throw .validation("The provided starting key is outside query boundaries based on provided conditions")
        }
    }

    static func startKey(_ request: Request) throws(APIError) -> Item? {
        guard let members = request.object("ExclusiveStartKey") else { return nil }
        do throws(APIError) { return try AttributeValueReader.item(members) } catch {
            let message = error.message ?? ""
            // DynamoDB adds this to some of the messages only.
            let isBare = ["contains duplicates", "number set", "numeric value", "significant digits", "with magnitude"]
                .contains { message.contains($0) }
            throw .validation(isBare ? message : "The provided starting key is invalid: " + message)
        }
    }
}

extension String {
    fileprivate func contains(_ part: String) -> Bool {
        AttributeValue.string(self).contains(.string(part))
    }
}
