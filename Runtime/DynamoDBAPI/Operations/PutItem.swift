import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, PutItem.
    func putItem(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.putItem)
        try ExpressionParameters.checkMix(
            request, expressions: ["ConditionExpression"], older: ["Expected", "ConditionalOperator"])
        let item = try AttributeValueReader.item(request.object("Item") ?? JSONObject())
        try Self.checkReturnValues(request)
        guard item.sizeBytes <= Item.sizeBytesMax else {
            throw .validation("Item size has exceeded the maximum allowed size")
        }
        let expected = try LegacyConditionReader.expected(request)
        var expressions = try ExpressionParameters(request)
        let condition = try expressions.condition()
        try expressions.checkAllUsed()
        let table = try table(request)
        if let condition { try KeyChecks.check(paths: condition.paths, of: table) }
        try KeyChecks.check(item: item, of: table)
        let parts = WriteParts(request, condition: condition, expected: expected)
        try submit({ () throws(KeyFailure) in try .put(item, in: table, if: parts.condition) }, parts, completion) {
            parts.response($0, table, key: item, attributes: Self.allOld(parts, $0))
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DeleteItem.
    func deleteItem(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.deleteItem)
        try ExpressionParameters.checkMix(
            request, expressions: ["ConditionExpression"], older: ["Expected", "ConditionalOperator"])
        let key = try AttributeValueReader.item(request.object("Key") ?? JSONObject())
        try Self.checkReturnValues(request)
        let expected = try LegacyConditionReader.expected(request)
        var expressions = try ExpressionParameters(request)
        let condition = try expressions.condition()
        try expressions.checkAllUsed()
        let table = try table(request)
        if let condition { try KeyChecks.check(paths: condition.paths, of: table) }
        try KeyChecks.check(key: key, of: table.key)
        let parts = WriteParts(request, condition: condition, expected: expected)
        try submit({ () throws(KeyFailure) in try .delete(key, in: table, if: parts.condition) }, parts, completion) {
            parts.response($0, table, key: key, attributes: Self.allOld(parts, $0))
        }
    }

    /// Puts and deletes can show only what was there before.
    private static func checkReturnValues(_ request: Request) throws(APIError) {
        guard let values = request.string("ReturnValues"), values != "ALL_OLD", values != "NONE" else { return }
        throw .validation("ReturnValues can only be ALL_OLD or NONE")
    }

    private static func allOld(_ parts: WriteParts, _ outcome: MutationOutcome) -> ReturnedAttributes? {
        parts.returnValues == "ALL_OLD" ? outcome.old.map { .stored($0) } : nil
    }
}
