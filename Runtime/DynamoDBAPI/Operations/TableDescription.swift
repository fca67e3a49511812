import Expressions
import ItemDB
import Items
import JSON
import Time

extension DynamoDBService {
    /// The table as DescribeTable shows it.
    func description(of table: Table, status: String = "ACTIVE") -> JSONObject {
        let settings = TableSettings(table.settings)
        let (items, sizeBytes) = status == "CREATING" ? (0, 0) : database.count(table)
        var object: JSONObject = [
            "AttributeDefinitions": .array(
                settings.definitions.map {
                    ["AttributeName": .string($0.name), "AttributeType": .string($0.type.rawValue)]
                }),
            "TableName": .string(table.name), "KeySchema": Self.json(table.key), "TableStatus": .string(status),
            "CreationDateTime": Self.seconds(table.createdAt),
            "ProvisionedThroughput": Self.json(settings.throughput),
            "TableSizeBytes": .number(JSONNumber(sizeBytes)), "ItemCount": .number(JSONNumber(items)),
            "TableArn": .string(tableARN(table.name)), "TableId": .string(Self.identifier(of: table)),
            "DeletionProtectionEnabled": .bool(settings.isProtected),
        ]
        // Tables that never were on demand show no mode.
        if settings.isOnDemand || settings.onDemandSince != nil {
            let since = settings.onDemandSince.map { Timestamp(milliseconds: Int64($0)) } ?? table.createdAt
            object["BillingModeSummary"] = [
                "BillingMode": settings.isOnDemand ? "PAY_PER_REQUEST" : "PROVISIONED",
                "LastUpdateToPayPerRequestDateTime": Self.seconds(since),
            ]
        }
        object["WarmThroughput"] = TableSettings.json(warm: settings.warmThroughput(of: nil))
        if let key = settings.encryptionKey {
            object["SSEDescription"] = ["Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": .string(key)]
        }
        if let tableClass = settings.tableClass { object["TableClassSummary"] = ["TableClass": .string(tableClass)] }
        let local = table.indexes.filter(\.definition.isLocal)
        if !local.isEmpty {
            object["LocalSecondaryIndexes"] = .array(local.map { .object(description(of: $0, table)) })
        }
        let global = table.indexes.filter { !$0.definition.isLocal }
        if !global.isEmpty {
            object["GlobalSecondaryIndexes"] = .array(
                global.map { index in
                    var shown = description(of: index, table)
                    shown["IndexStatus"] = .string(status == "CREATING" ? "CREATING" : "ACTIVE")
                    shown["ProvisionedThroughput"] = Self.json(settings.indexThroughput[index.name] ?? .init())
                    shown["WarmThroughput"] = TableSettings.json(warm: settings.warmThroughput(of: index.name))
                    return .object(shown)
                })
        }
        if let stream = table.stream {
            object["StreamSpecification"] = ["StreamEnabled": true, "StreamViewType": .string(stream.view.rawValue)]
            object["LatestStreamLabel"] = .string(StreamNames.label(stream))
            object["LatestStreamArn"] = .string(streamARN(stream))
        }
        return object
    }

    /// What DeleteTable shows: less than the rest.
    func deletedDescription(of table: Table) -> JSONObject {
        var object = description(of: table, status: "DELETING")
        for name in [
            "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "CreationDateTime",
        ] {
            object[name] = nil
        }
        return object
    }

    private func description(of index: TableIndex, _ table: Table) -> JSONObject {
        let (items, sizeBytes) = database.count(table, index: index)
        return [
            "IndexName": .string(index.name), "KeySchema": Self.json(index.key),
            "Projection": Self.json(index.definition.projection), "IndexSizeBytes": .number(JSONNumber(sizeBytes)),
            "ItemCount": .number(JSONNumber(items)),
            "IndexArn": .string("\(tableARN(table.name))/index/\(index.name)"),
        ]
    }

    static func json(_ key: KeySchema) -> JSONValue {
        .array(
            key.partitions.map { ["AttributeName": .string($0.name), "KeyType": "HASH"] }
                + key.sorts.map { ["AttributeName": .string($0.name), "KeyType": "RANGE"] })
    }

    private static func json(_ projection: Projection) -> JSONValue {
        switch projection {
        case .all: ["ProjectionType": "ALL"]
        case .keysOnly: ["ProjectionType": "KEYS_ONLY"]
        case .include(let names):
            ["ProjectionType": "INCLUDE", "NonKeyAttributes": .array(names.map { .string($0) })]
        }
    }

    private static func json(_ throughput: TableSettings.Throughput) -> JSONValue {
        [
            "NumberOfDecreasesToday": 0, "ReadCapacityUnits": .number(JSONNumber(throughput.read)),
            "WriteCapacityUnits": .number(JSONNumber(throughput.write)),
        ]
    }

    /// Seconds since 1970 with milliseconds, as DynamoDB writes instants.
    static func seconds(_ instant: Timestamp) -> JSONValue {
        let thousandths = String(1_000 + instant.milliseconds % 1_000).dropFirst()
        return JSONNumber(text: "\(instant.milliseconds / 1_000).\(thousandths)").map { .number($0) } ?? 0
    }

    /// An id in the form of a UUID that follows from the table's own number and time, so that it never changes.
    static func identifier(of table: Table) -> String {
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
        }
        let time = UInt64(bitPattern: table.createdAt.milliseconds)
        let low = UInt64(bitPattern: table.id) &* 0x9e37_79b9_7f4a_7c15
        return [
            hex(time >> 16, 8), hex(time & 0xFFFF, 4), "4" + hex(low >> 52, 3), "8" + hex(low >> 40 & 0xFFF, 3),
            hex(low & 0xFF_FFFF_FFFF, 12),
        ].joined(separator: "-")
    }
}
