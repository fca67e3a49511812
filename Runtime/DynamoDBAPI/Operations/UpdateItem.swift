import Expressions
import ItemDB
import Items
import JSON

/// The change that an update makes, in either of its languages.
enum ItemUpdate: Sendable {
    case expression(UpdateExpression)
    case legacy(LegacyUpdate)
    /// Makes the item if it is not there.
    case touch

    /// The paths it writes to.
    var paths: [DocumentPath] {
        switch self {
        case .expression(let update): update.paths
        case .legacy(let update): update.attributes.map { DocumentPath($0) }
        case .touch: []
        }
    }

    func apply(to item: Item?, key: Item) throws(ExpressionError) -> Item? {
        let updated =
            switch self {
            case .expression(let update): try update.apply(to: item, key: key)
            case .legacy(let update): try update.apply(to: item, key: key)
            case .touch: item ?? key
            }
        if let updated, updated.nestingLevels > AttributeValue.nestingLevelsMax {
            throw ExpressionError(
                "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
                    + "supported limit")
        }
        return updated
    }

    /// A key can't be changed.
    func check(for table: Table) throws(APIError) {
        let paths = paths
        let written = Set(paths.map { AttributeName($0.attribute) })
        for attribute in table.key.attributes where written.contains(AttributeName(attribute.name)) {
            throw .invalid("Cannot update attribute \(attribute.name). This attribute is part of the key")
        }
        try KeyChecks.check(paths: paths, of: table)
    }
}

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, UpdateItem.
    func updateItem(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.updateItem)
        try ExpressionParameters.checkMix(
            request, expressions: ["UpdateExpression", "ConditionExpression"],
            older: ["AttributeUpdates", "Expected", "ConditionalOperator"])
        let key = try AttributeValueReader.item(request.object("Key") ?? JSONObject())
        let legacy = try LegacyUpdate(request)
        let expected = try LegacyConditionReader.expected(request)
        var expressions = try ExpressionParameters(request)
        let expression = try expressions.update()
        let condition = try expressions.condition()
        try expressions.checkAllUsed()
        let update = expression.map { ItemUpdate.expression($0) } ?? legacy.map { .legacy($0) } ?? .touch
        let table = try table(request)
        try KeyChecks.check(key: key, of: table.key)
        try update.check(for: table)
        if let condition { try KeyChecks.check(paths: condition.paths, of: table) }
        let parts = WriteParts(request, condition: condition, expected: expected)
        let mutation = { () throws(KeyFailure) in
            try Mutation.update(key, in: table, if: parts.condition) { item throws(ExpressionError) in
                try update.apply(to: item, key: key)
            }
        }
        try submit(mutation, parts, completion) { outcome in
            parts.response(outcome, table, key: key, attributes: Self.returned(parts.returnValues, update, outcome))
        }
    }

    private static func returned(
        _ returnValues: String, _ update: ItemUpdate, _ outcome: MutationOutcome
    ) -> ReturnedAttributes? {
        func updated(_ item: StoredItem?) -> ReturnedAttributes? {
            guard let item else { return nil }
            let chosen = ProjectionExpression(update.paths).apply(to: item.item)
            return chosen.attributes.isEmpty ? nil : .chosen(chosen)
        }
        switch returnValues {
        case "ALL_OLD": return outcome.old.map { .stored($0) }
        case "ALL_NEW": return outcome.new.map { .stored($0) }
        case "UPDATED_OLD": return updated(outcome.old)
        case "UPDATED_NEW": return updated(outcome.new)
        default: return nil
        }
    }
}
