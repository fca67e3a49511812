import Items

/// Key conditions on keys with several attributes in a half.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Multi-attribute keys pattern": every attribute of the partition
///   key equals something; those of the sort key are tested from left to right, and only the last test may be another.
extension KeyCondition {
    func boundToComposite(_ schema: KeySchema) throws(ExpressionError) -> BoundKeyCondition {
        let known = Set(schema.attributes.map(\.name))
        guard let first = schema.partitions.first, terms.allSatisfy({ known.contains($0.attribute) }) else {
            throw ExpressionError("Query key condition not supported")
        }
        var partitions: [AttributeValue] = []
        for attribute in schema.partitions {
            guard case .equal(let value)? = try test(of: attribute) else {
                throw ExpressionError(
                    "Invalid KeyConditionExpression: every HASH key attribute must have an equality condition; "
                        + "attribute: \(attribute.name), first: \(first.name)")
            }
            partitions.append(value)
        }
        var equal: [AttributeValue] = []
        var last: KeyTest?
        var isEnded = false
        for attribute in schema.sorts {
            guard let test = try test(of: attribute) else {
                isEnded = true
                continue
            }
            guard !isEnded else {
                throw ExpressionError(
                    "Invalid KeyConditionExpression: RANGE key attributes before the last one tested must have equality "
                        + "conditions; attribute: \(attribute.name)")
            }
            if case .equal(let value) = test {
                equal.append(value)
            } else {
                last = test
                isEnded = true
            }
        }
        var bound = BoundKeyCondition(partition: partitions[0], sort: last)
        bound.furtherPartitions = Array(partitions.dropFirst())
        bound.sortPrefix = equal
        return bound
    }

    private func test(of attribute: KeyAttribute) throws(ExpressionError) -> KeyTest? {
        guard let test = terms.first(where: { AttributeName($0.attribute) == AttributeName(attribute.name) })?.test
        else { return nil }
        guard test.values.allSatisfy(attribute.accepts) else {
            throw ExpressionError(
                "One or more parameter values were invalid: Condition parameter type does not match schema type")
        }
        if case .beginsWith = test, attribute.type == .number {
            throw ExpressionError(
                "One or more parameter values were invalid: Condition parameter type does not match schema type")
        }
        return test
    }
}
