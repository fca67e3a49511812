import Expressions
import ItemDB
import Items

/// What DynamoDB says of keys that are missing, of another type, empty or too long.
enum KeyChecks {
    /// The key attributes of an item to be stored, then its index keys.
    static func check(item: Item, of table: Table) throws(APIError) {
        for attribute in table.key.attributes {
            guard let value = item[attribute.name] else {
                throw .invalid("Missing the key \(attribute.name) in the item")
            }
            guard attribute.accepts(value) else {
                throw .invalid(
                    "Type mismatch for key \(attribute.name) expected: \(attribute.type.rawValue) "
                        + "actual: \(value.typeName)")
            }
            try check(emptiness: value, of: attribute)
            try checkSize(value, isSort: attribute != table.key.partition)
        }
        for index in table.indexes {
            for attribute in index.key.attributes where item[attribute.name] != nil {
                try check(item[attribute.name], indexKey: attribute, isSort: index.key.isSort(attribute), index.name)
            }
        }
    }

    /// A key by itself: exactly the key attributes.
    static func check(key: Item, of schema: KeySchema) throws(APIError) {
        guard key.attributes.count == schema.attributes.count else { throw mismatch }
        for attribute in schema.attributes {
            guard let value = key[attribute.name], attribute.accepts(value) else { throw mismatch }
            try check(emptiness: value, of: attribute)
            try checkSize(value, isSort: attribute != schema.partition)
        }
    }

    static let mismatch = APIError.validation("The provided key element does not match the schema")

    static func check(emptiness value: AttributeValue, of attribute: KeyAttribute) throws(APIError) {
        guard let kind = value.emptyKind else { return }
        throw .validation(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
                + "\(kind) value. Key: \(attribute.name)")
    }

    private static func checkSize(_ value: AttributeValue, isSort: Bool) throws(APIError) {
        guard value.number == nil else { return }
        if !isSort, value.sizeBytes > KeySchema.partitionSizeBytesMax {
            throw .invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes")
        }
        if isSort, value.sizeBytes > KeySchema.sortSizeBytesMax {
            throw .invalid("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
        }
    }

    /// An index key may be absent, and nothing else than usable otherwise.
    static func check(
        _ value: AttributeValue?, indexKey attribute: KeyAttribute, isSort: Bool, _ index: String
    ) throws(APIError) {
        guard let value else { return }
        guard attribute.accepts(value) else {
            throw .invalid(
                "Type mismatch for Index Key \(attribute.name) Expected: \(attribute.type.rawValue) "
                    + "Actual: \(value.typeName) IndexName: \(index)")
        }
        if let kind = value.emptyKind {
            throw .validation(
                "One or more parameter values are not valid. A value specified for a secondary index key is not "
                    + "supported. The AttributeValue for a key attribute cannot contain an empty \(kind) value. "
                    + "IndexName: \(index), IndexKey: \(attribute.name)")
        }
        try checkSize(value, isSort: isSort)
    }

    /// Paths that treat a key attribute as a list or map.
    static func check(paths: [DocumentPath], of table: Table) throws(APIError) {
        let nested = Set(paths.filter { !$0.steps.isEmpty }.map(\.attribute))
        guard !nested.isEmpty else { return }
        for attribute in table.key.attributes where nested.contains(attribute.name) {
            throw .validation(scalars + "Key: \(attribute.name)")
        }
        for index in table.indexes {
            for attribute in index.key.attributes where nested.contains(attribute.name) {
                throw .validation(scalars + "IndexKey: \(attribute.name)")
            }
        }
    }

    private static let scalars =
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
}

extension AttributeValue {
    /// What an empty string or binary is called; nil for all else.
    fileprivate var emptyKind: String? {
        switch self {
        case .string(let text) where text.isEmpty: "string"
        case .binary(let bytes) where bytes.isEmpty: "binary"
        default: nil
        }
    }
}
