/// A DynamoDB item: attribute names and their values.
package struct Item: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    package var attributes: [String: AttributeValue]

    package init(_ attributes: [String: AttributeValue] = [:]) { self.attributes = attributes }
    package init(dictionaryLiteral elements: (String, AttributeValue)...) {
        attributes = Dictionary(uniqueKeysWithValues: elements)
    }

    package subscript(_ name: String) -> AttributeValue? {
        get { attributes[name] }
        set { attributes[name] = newValue }
    }
}
