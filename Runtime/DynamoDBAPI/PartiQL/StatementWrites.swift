import Expressions
import ItemDB
import JSON

/// A statement that writes, as the operation that does the same.
struct StatementWrite {
    enum Operation: String, Sendable {
        case putItem = "Put"
        case updateItem = "Update"
        case deleteItem = "Delete"
        case check = "ConditionCheck"
    }

    var operation: Operation
    var request: JSONObject

    /// - Throws: what makes the statement invalid for its table.
    init(_ statement: Statement, _ table: Table) throws(APIError) {
        request = ["TableName": .string(table.name)]
        var expressions = StatementExpressions()
        let partition = StatementOperand.path(StatementPath(attribute: table.key.partition.name))
        switch statement {
        case .insert(_, let item):
            operation = .putItem
            request["Item"] = item
            request["ConditionExpression"] = .string(
                expressions.text(StatementCondition.function("attribute_not_exists", [partition])))
        case .update(let update):
            operation = .updateItem
            let (key, rest) = try Self.split(update.condition, table)
            request["Key"] = .object(key)
            request["UpdateExpression"] = .string(expressions.text(update.changes))
            let exists = StatementCondition.function("attribute_exists", [partition])
            request["ConditionExpression"] = .string(expressions.text(rest.reduce(exists) { .and($0, $1) }))
            request["ReturnValues"] = update.returning.map { .string($0) }
        case .delete(_, let condition, let returning):
            operation = .deleteItem
            let (key, rest) = try Self.split(condition, table)
            request["Key"] = .object(key)
            if let first = rest.first {
                request["ConditionExpression"] = .string(
                    expressions.text(rest.dropFirst().reduce(first) { .and($0, $1) }))
            }
            request["ReturnValues"] = returning.map { .string($0) }
        case .exists(let select), .select(let select):
            operation = .check
            guard let condition = select.condition else { throw Self.keyMissing }
            let (key, rest) = try Self.split(condition, table)
            request["Key"] = .object(key)
            let exists = StatementCondition.function("attribute_exists", [partition])
            request["ConditionExpression"] = .string(expressions.text(rest.reduce(exists) { .and($0, $1) }))
        }
        expressions.add(to: &request)
    }

    private static let keyMissing = APIError.validation(
        "Where clause does not contain a mandatory equality on all key attributes")

    /// The key that a condition names, and the rest of the condition.
    static func split(
        _ condition: StatementCondition, _ table: Table
    ) throws(APIError) -> (key: JSONObject, rest: [StatementCondition]) {
        var key = JSONObject()
        var rest: [StatementCondition] = []
        let names = Set(table.key.attributes.map(\.name))
        for part in condition.conjuncts {
            if let (attribute, value) = part.equality, names.contains(attribute), key[attribute] == nil {
                key[attribute] = value
            } else {
                rest.append(part)
            }
        }
        guard key.count == names.count else { throw keyMissing }
        return (key, rest)
    }
}
