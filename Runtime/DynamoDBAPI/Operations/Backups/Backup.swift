import Expressions
import ItemDB
import Items
import JSON
import Time

/// A backup: a table that no request can name, with the items as they were and what made the original.
struct Backup: Sendable {
    /// Keeps backups out of the names that tables may have.
    static let mark = "/backup/"

    let table: Table

    init?(_ table: Table) {
        guard table.name.contains(Self.mark) else { return nil }
        self.table = table
    }

    static func isBackup(_ table: Table) -> Bool { Backup(table) != nil }

    /// The name of the table that was backed up.
    var source: String { table.settings["backupOf"]?.string ?? "" }
    var name: String { table.settings["backupName"]?.string ?? "" }
    private var sourceCreatedAt: Timestamp {
        Timestamp(milliseconds: Int64(table.settings["backupOfTableSince"]?.integer ?? 0))
    }

    /// The table to hold a backup made now.
    static func definition(of table: Table, named name: String, at now: Timestamp) -> TableDefinition {
        let time = String(now.milliseconds)
        let digits = String(UInt64(bitPattern: table.id &* 0x9e37_79b9), radix: 16).suffix(8)
        let padding = String(repeating: "0", count: max(0, 14 - time.utf8.count))
        let hexPadding = String(repeating: "0", count: 8 - digits.utf8.count)
        var settings = table.settings
        settings["backupOf"] = .string(table.name)
        settings["backupName"] = .string(name)
        settings["backupOfTableID"] = .string(DynamoDBService.identifier(of: table))
        settings["backupOfTableSince"] = .number(ItemNumber(Int(table.createdAt.milliseconds)))
        return TableDefinition(
            name: "\(table.name)\(mark)\(padding)\(time)-\(hexPadding)\(digits)", key: table.key,
            indexes: table.indexes.map(\.definition), settings: settings)
    }

    func details(arn: String, sizeBytes: Int, status: String) -> JSONObject {
        [
            "BackupArn": .string(arn), "BackupName": .string(name), "BackupSizeBytes": .number(JSONNumber(sizeBytes)),
            "BackupStatus": .string(status), "BackupType": "USER",
            "BackupCreationDateTime": DynamoDBService.seconds(table.createdAt),
        ]
    }

    /// The table as it was, as DescribeBackup shows it.
    func sourceDetails(arn: String, items: Int, sizeBytes: Int) -> JSONObject {
        let settings = TableSettings(table.settings)
        return [
            "TableName": .string(source), "TableId": .string(table.settings["backupOfTableID"]?.string ?? ""),
            "TableArn": .string(arn),
            "TableSizeBytes": .number(JSONNumber(sizeBytes)), "ItemCount": .number(JSONNumber(items)),
            "KeySchema": DynamoDBService.json(table.key),
            "TableCreationDateTime": DynamoDBService.seconds(sourceCreatedAt),
            "ProvisionedThroughput": [
                "ReadCapacityUnits": .number(JSONNumber(settings.throughput.read)),
                "WriteCapacityUnits": .number(JSONNumber(settings.throughput.write)),
            ],
            "BillingMode": settings.isOnDemand ? "PAY_PER_REQUEST" : "PROVISIONED",
        ]
    }
}
