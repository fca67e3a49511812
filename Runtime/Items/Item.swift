/// A DynamoDB item: attribute names and their values.
package struct Item: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    package var attributes: AttributeMap

    package init(_ attributes: AttributeMap = [:]) { self.attributes = attributes }
    package init(dictionaryLiteral elements: (String, AttributeValue)...) {
        attributes = AttributeMap(elements.map { AttributeMap.Entry($0.0, $0.1) })
    }

    package subscript(_ name: String) -> AttributeValue? {
        get { attributes[name] }
        set { attributes[name] = newValue }
    }
}
