import Expressions
import JSON

/// The keys of global indexes, which may have several attributes in either half.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Multi-attribute keys pattern".
enum IndexKeyChecks {
    /// Whether a key is none that a table could have.
    static func isComposite(_ index: Request) -> Bool {
        let types = (index.structures("KeySchema") ?? []).compactMap { $0.string("KeyType") }
        return types.count > 2 || (types.count == 2 && types.first == "HASH" && types.last == "HASH")
    }

    static func key(_ index: Request, _ definitions: [KeyAttribute]) throws(APIError) -> KeySchema {
        let elements = index.structures("KeySchema") ?? []
        let types = elements.compactMap { $0.string("KeyType") }
        let names = elements.compactMap { $0.string("AttributeName") }
        let hashes = types.prefix { $0 == "HASH" }.count
        guard hashes > 0 else {
            throw .validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
        }
        guard !types[hashes...].contains("HASH") else {
            throw .validation("Invalid KeySchema: All HASH key elements must precede all RANGE key elements")
        }
        guard Set(names).count == names.count else {
            throw .validation("Invalid KeySchema: Two elements of the KeySchema have the same name")
        }
        for (type, count) in [("HASH", hashes), ("RANGE", types.count - hashes)]
        where count > KeySchema.halfAttributesMax {
            throw .validation(
                "Invalid KeySchema: The number of \(type) key elements exceeds the limit of \(KeySchema.halfAttributesMax)"
            )
        }
        var attributes: [KeyAttribute] = []
        for name in names {
            guard let definition = definitions.first(where: { $0.name == name }) else {
                throw .invalid(
                    "Some index key attributes are not defined in AttributeDefinitions. "
                        + "Keys: [\(names.joined(separator: ", "))], "
                        + "AttributeDefinitions: \(JavaText.set(definitions.map(\.name)))")
            }
            attributes.append(definition)
        }
        let sorts = attributes[hashes...]
        return KeySchema(
            partition: attributes[0], sort: sorts.first, furtherPartitions: Array(attributes[1..<hashes]),
            furtherSorts: Array(sorts.dropFirst()))
    }
}
