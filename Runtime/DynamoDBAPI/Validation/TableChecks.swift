import Expressions
import ItemDB
import JSON

/// What DynamoDB says of table definitions that don't hold together.
///
/// - Note: Source: Amazon DynamoDB API Reference, CreateTable; Developer Guide, "Quotas".
enum TableChecks {
    static let localIndexesMax = 5
    static let globalIndexesMax = 20
    static let projectedAttributesMax = 100

    /// The attribute definitions of a request, by name.
    static func definitions(_ request: Request) throws(APIError) -> [KeyAttribute] {
        var definitions: [KeyAttribute] = []
        for entry in request.structures("AttributeDefinitions") ?? [] {
            guard let name = entry.string("AttributeName"),
                let type = entry.string("AttributeType").flatMap(KeyType.init(rawValue:))
            else { continue }
            guard !definitions.contains(where: { $0.name == name }) else {
                throw .invalid("Duplicate AttributeName in AttributeDefinitions: \(name)")
            }
            definitions.append(KeyAttribute(name, type))
        }
        return definitions
    }

    static func unchanged(_ throughput: TableSettings.Throughput) -> String {
        "The provisioned throughput for the table will not change. The requested value equals the current value. "
            + "Current ReadCapacityUnits provisioned for the table: \(throughput.read). Requested ReadCapacityUnits: "
            + "\(throughput.read). Current WriteCapacityUnits provisioned for the table: \(throughput.write). Requested "
            + "WriteCapacityUnits: \(throughput.write). Refer to the Amazon DynamoDB Developer Guide for current limits "
            + "and how to request higher limits."
    }

    /// The key of a table, whose complaint about one attribute in both places is another than an index's.
    static func tableKey(_ request: Request, _ definitions: [KeyAttribute]) throws(APIError) -> KeySchema {
        let names = (request.structures("KeySchema") ?? []).compactMap { $0.string("AttributeName") }
        guard Set(names).count == names.count else {
            throw .validation("Invalid KeySchema: Some index key attribute have no definition")
        }
        guard names.count <= definitions.count else {
            throw .validation("Invalid KeySchema: Some index key attribute have no definition")
        }
        return try key(request, definitions)
    }

    /// A key of the definitions: a HASH element, then a RANGE element or none.
    static func key(_ request: Request, _ definitions: [KeyAttribute]) throws(APIError) -> KeySchema {
        let elements = request.structures("KeySchema") ?? []
        guard elements.first?.string("KeyType") == "HASH" else {
            throw .validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
        }
        guard elements.count < 2 || elements[1].string("KeyType") == "RANGE" else {
            throw .validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
        }
        let names = elements.compactMap { $0.string("AttributeName") }
        guard Set(names).count == names.count else {
            throw .validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
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
        return KeySchema(partition: attributes[0], sort: attributes.count > 1 ? attributes[1] : nil)
    }

    static func index(
        _ request: Request, isLocal: Bool, table: KeySchema, _ definitions: [KeyAttribute]
    ) throws(APIError) -> IndexDefinition {
        let name = request.string("IndexName") ?? ""
        let isComposite = !isLocal && IndexKeyChecks.isComposite(request)
        let key = isComposite ? try IndexKeyChecks.key(request, definitions) : try key(request, definitions)
        if isLocal {
            guard table.sort != nil else {
                throw .invalid(
                    "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
                )
            }
            guard key.partition == table.partition else {
                throw .invalid(
                    "Index KeySchema does not have the same leading hash key as table KeySchema for index: \(name). index "
                        + "hash key: \(key.partition.name), table hash key: \(table.partition.name)")
            }
            guard key.sort != nil else {
                throw .invalid("Index KeySchema does not have a range key for index: \(name)")
            }
        }
        return IndexDefinition(name: name, isLocal: isLocal, key: key, projection: try projection(request))
    }

    private static func projection(_ request: Request) throws(APIError) -> Projection {
        let projection = request.structure("Projection")
        let names = projection?.strings("NonKeyAttributes")
        switch projection?.string("ProjectionType") {
        case "ALL"?:
            guard names == nil else {
                throw .invalid("ProjectionType is ALL, but NonKeyAttributes is specified")
            }
            return .all
        case "KEYS_ONLY"?:
            guard names == nil else {
                throw .invalid("ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified")
            }
            return .keysOnly
        case "INCLUDE"?:
            guard let names else {
                throw .invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
            }
            guard Set(names).count == names.count else {
                throw .invalid("Duplicate attribute names in NonKeyAttributes: [\(names.joined(separator: ", "))]")
            }
            return .include(names)
        default:
            throw .invalid("Unknown ProjectionType: null")
        }
    }

    /// Names, counts and projections of all indexes together.
    static func check(_ indexes: [IndexDefinition]) throws(APIError) {
        let local = indexes.filter(\.isLocal).count
        guard local <= localIndexesMax else {
            throw .invalid("Number of LocalSecondaryIndexes exceeds per-table limit of \(localIndexesMax)")
        }
        guard indexes.count - local <= globalIndexesMax else {
            throw .invalid("GlobalSecondaryIndex count exceeds the per-table limit of \(globalIndexesMax)")
        }
        var names: Set<String> = []
        for index in indexes where !names.insert(index.name).inserted {
            throw .invalid("Duplicate index name: \(index.name)")
        }
        let projected = indexes.reduce(0) {
            if case .include(let names) = $1.projection { $0 + names.count } else { $0 }
        }
        guard projected <= projectedAttributesMax else {
            throw .invalid(
                "The number of projected attributes of all indexes exceeds the per-table limit of \(projectedAttributesMax)"
            )
        }
    }

    /// Every definition is part of some key.
    static func checkUsed(_ definitions: [KeyAttribute], by keys: [KeySchema]) throws(APIError) {
        let used = Set(keys.flatMap(\.attributes).map(\.name))
        guard definitions.contains(where: { !used.contains($0.name) }) else { return }
        guard keys.count == 1 else {
            throw .invalid(
                "Some AttributeDefinitions are not used. AttributeDefinitions: \(JavaText.set(definitions.map(\.name))), "
                    + "keys used: \(JavaText.set(Array(used)))")
        }
        throw .invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
        )
    }

    /// Provisioned tables have a throughput, tables on demand have none.
    static func checkThroughput(_ request: Request, isOnDemand: Bool, indexes: [Request]) throws(APIError) {
        if isOnDemand {
            guard !request.has("ProvisionedThroughput") else {
                throw .invalid(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
                )
            }
            for index in indexes where index.has("ProvisionedThroughput") {
                throw .invalid(
                    "ProvisionedThroughput should not be specified for index: \(index.string("IndexName") ?? "") when "
                        + "BillingMode is PAY_PER_REQUEST")
            }
        } else {
            guard request.has("ProvisionedThroughput") else {
                throw .invalid(
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
            }
            for index in indexes where !index.has("ProvisionedThroughput") {
                throw .invalid(
                    "ProvisionedThroughput is not specified for index: \(index.string("IndexName") ?? "")")
            }
        }
    }

    /// The view of a stream specification: nil for a stream that is off.
    static func stream(_ specification: Request?) throws(APIError) -> StreamView? {
        guard let specification else { return nil }
        let view = specification.string("StreamViewType").flatMap(StreamView.init(rawValue:))
        guard specification.bool("StreamEnabled") ?? false else {
            guard view == nil else {
                throw .invalid("StreamViewType should not be specified when StreamEnabled is false")
            }
            return nil
        }
        guard let view else { throw .invalid("StreamViewType is required when StreamEnabled is true") }
        return view
    }
}
