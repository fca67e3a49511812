/// What must hold of the stored item for a write to happen. Attribute names are top level; adapters render them as
/// expression attribute names, so that no name is reserved.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Condition and filter expressions".
package indirect enum Condition: Hashable, Sendable {
    case exists(String)
    case notExists(String)
    case equal(String, AttributeValue)
    case notEqual(String, AttributeValue)
    case less(String, AttributeValue)
    case lessOrEqual(String, AttributeValue)
    case greater(String, AttributeValue)
    case greaterOrEqual(String, AttributeValue)
    case all([Condition])
    case any([Condition])

    /// No item under the key.
    package static let itemAbsent = Condition.notExists(ItemKey.partitionName)
    /// Some item under the key.
    package static let itemPresent = Condition.exists(ItemKey.partitionName)
}
