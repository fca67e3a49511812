import Expressions
import Items
import JSON

/// `AttributeUpdates`: what UpdateItem took before update expressions.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Legacy conditional parameters", AttributeUpdates.
struct LegacyUpdate: Sendable {
    enum Action: Sendable {
        case put(AttributeValue)
        case add(AttributeValue)
        case delete(AttributeValue?)
    }

    private(set) var actions: [(attribute: String, action: Action)] = []

    init?(_ request: Request) throws(APIError) {
        guard let members = request.object("AttributeUpdates") else { return nil }
        for (attribute, json) in members {
            try AttributeValueReader.checkName(attribute)
            actions.append((attribute, try Self.action(Request(json.object ?? JSONObject()))))
        }
    }

    private static func action(_ update: Request) throws(APIError) -> Action {
        let name = update.string("Action") ?? "PUT"
        guard let json = update.value("Value") else {
            guard name == "DELETE" else {
                throw .invalid("Only DELETE action is allowed when no attribute value is specified")
            }
            return .delete(nil)
        }
        let value = try AttributeValueReader.value(json)
        switch (name, value) {
        case ("DELETE", .stringSet), ("DELETE", .numberSet), ("DELETE", .binarySet): return .delete(value)
        case ("DELETE", _):
            throw .invalid("DELETE action with value is not supported for the type \(value.typeName)")
        case ("ADD", .number), ("ADD", .stringSet), ("ADD", .numberSet), ("ADD", .binarySet), ("ADD", .list):
            return .add(value)
        case ("ADD", _): throw .invalid("ADD action is not supported for the type \(value.typeName)")
        default: return .put(value)
        }
    }

    var attributes: [String] { actions.map(\.attribute) }

    /// The item after the update; nil if there was none and only attributes were to be taken away.
    func apply(to item: Item?, key: Item) throws(ExpressionError) -> Item? {
        if item == nil, !actions.isEmpty, actions.allSatisfy({ $0.action.takesAway }) { return nil }
        var updated = item ?? key
        for (attribute, action) in actions {
            switch (action, updated[attribute]) {
            case (.put(let value), _), (.add(let value), nil): updated[attribute] = value
            case (.add(.list(let added)), .list(let old)?): updated[attribute] = .list(old + added)
            case (.add(let added), let old?):
                updated[attribute] = try Self.matching { () throws(ExpressionError) in try old.adding(added) }
            case (.delete(nil), _), (.delete, nil): updated[attribute] = nil
            case (.delete(let taken?), let old?):
                updated[attribute] = try Self.matching { () throws(ExpressionError) in try old.subtracting(taken) }
            }
        }
        return updated
    }

    /// Says it as UpdateItem did before expressions.
    private static func matching<Value>(_ body: () throws(ExpressionError) -> Value) throws(ExpressionError) -> Value {
        do throws(ExpressionError) { return try body() } catch {
            throw error == UpdateExpression.typeInvalid
                ? ExpressionError("Type mismatch for attribute to update") : error
        }
    }
}

extension LegacyUpdate.Action {
    fileprivate var takesAway: Bool { if case .delete = self { true } else { false } }
}
