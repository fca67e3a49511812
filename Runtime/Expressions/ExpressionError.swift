/// Why an expression is refused, or why an update can't be applied: the text of DynamoDB's ValidationException.
package struct ExpressionError: Error, Hashable, Sendable {
    package var message: String
    package init(_ message: String) { self.message = message }
}

/// The five kinds of expression, named as the request parameters that hold them.
package enum ExpressionKind: String, Hashable, Sendable {
    case condition = "ConditionExpression"
    case filter = "FilterExpression"
    case keyCondition = "KeyConditionExpression"
    case update = "UpdateExpression"
    case projection = "ProjectionExpression"

    func error(_ reason: String) -> ExpressionError { ExpressionError("Invalid \(rawValue): \(reason)") }
}

/// The bounds of one expression.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Quotas", Expression parameters.
package enum ExpressionLimit {
    package static let sizeBytesMax = 4_096
    package static let operatorsMax = 300
    /// The operands of one IN list.
    package static let inOperandsMax = 100
    /// The elements of one document path, its attribute included.
    package static let pathElementsMax = 32
    package static let listIndexMax = Int(Int32.max)
}
