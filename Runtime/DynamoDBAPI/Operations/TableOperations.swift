import Expressions
import ItemDB
import JSON
import Time

// Creating, changing and deleting tables. A table is ready when the answer is sent; the answer still says CREATING,
// UPDATING or DELETING, as clients expect.

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, CreateTable.
    func createTable(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        guard request.has("TableName") else {
            throw .validation("The parameter 'TableName' is required but was not present in the request")
        }
        try RuleChecker.check(request.members, RequestFields.createTable)
        let name = request.string("TableName") ?? ""
        let isOnDemand = request.string("BillingMode") == "PAY_PER_REQUEST"
        let definitions = try TableChecks.definitions(request)
        let key = try TableChecks.tableKey(request, definitions)
        let globals = request.structures("GlobalSecondaryIndexes") ?? []
        var indexes: [IndexDefinition] = []
        if request.array("LocalSecondaryIndexes")?.isEmpty ?? false {
            throw .invalid("List of LocalSecondaryIndexes is empty")
        }
        if request.has("GlobalSecondaryIndexes"), globals.isEmpty {
            throw .invalid("List of GlobalSecondaryIndexes is empty")
        }
        for index in request.structures("LocalSecondaryIndexes") ?? [] {
            indexes.append(try TableChecks.index(index, isLocal: true, table: key, definitions))
        }
        for index in globals { indexes.append(try TableChecks.index(index, isLocal: false, table: key, definitions)) }
        try TableChecks.check(indexes)
        try TableChecks.checkUsed(definitions, by: [key] + indexes.map(\.key))
        try TableChecks.checkThroughput(request, isOnDemand: isOnDemand, indexes: globals)
        var settings = TableSettings()
        settings.definitions = definitions
        settings.isOnDemand = isOnDemand
        settings.throughput = .init(request.structure("ProvisionedThroughput"))
        settings.warmThroughput = try TableSettings.warmThroughput(
            request, isOnDemand: isOnDemand, provisioned: settings.throughput, index: nil)
        for index in globals { try settings.setThroughput(of: index) }
        settings.encryptionKey = try encryptionKey(request)
        settings.isProtected = request.bool("DeletionProtectionEnabled") ?? false
        settings.tableClass = request.string("TableClass")
        settings.tags = try Self.tags(request)
        let definition = TableDefinition(
            name: name, key: key, indexes: indexes,
            stream: try TableChecks.stream(request.structure("StreamSpecification")),
            settings: settings.item)
        database.createTable(definition) { [self] result in
            completion(answer(result) { ["TableDescription": .object(description(of: $0, status: "CREATING"))] })
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DescribeTable.
    func describeTable(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.oneTable)
        return Self.response(["Table": .object(description(of: try namedTable(request)))])
    }

    /// - Note: Source: Amazon DynamoDB API Reference, ListTables.
    func listTables(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.listTables)
        var names = database.tables.filter { !Backup.isBackup($0) }.map(\.name)
        if let start = request.string("ExclusiveStartTableName") {
            names.removeAll { !start.utf8.lexicographicallyPrecedes($0.utf8) }
        }
        let limit = request.int("Limit") ?? 100
        var answer: JSONObject = ["TableNames": .array(names.prefix(limit).map { .string($0) })]
        if names.count > limit { answer["LastEvaluatedTableName"] = .string(names[limit - 1]) }
        return Self.response(answer)
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DeleteTable.
    func deleteTable(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.oneTable)
        let table = try namedTable(request)
        guard !TableSettings(table.settings).isProtected else {
            throw .validation(
                "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
                    + "first.")
        }
        let description = deletedDescription(of: table)
        database.deleteTable(table.name) { [self] result in
            completion(answer(result) { _ in ["TableDescription": .object(description)] })
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, UpdateTable.
    func updateTable(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.updateTable)
        let table = try namedTable(request)
        var settings = TableSettings(table.settings)
        var update = TableUpdate()
        let indexUpdates = request.structures("GlobalSecondaryIndexUpdates") ?? []
        guard
            [
                "ProvisionedThroughput", "BillingMode", "StreamSpecification", "DeletionProtectionEnabled",
                "TableClass", "SSESpecification", "WarmThroughput",
            ].contains(where: request.has) || !indexUpdates.isEmpty
        else {
            throw .validation(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
                    + "SSESpecification or ReplicaUpdates is required")
        }
        try changeBilling(&settings, request, of: table)
        if request.has("SSESpecification") { settings.encryptionKey = try encryptionKey(request) }
        settings.warmThroughput =
            try TableSettings.warmThroughput(
                request, isOnDemand: settings.isOnDemand, provisioned: settings.throughput, index: nil)
            ?? settings.warmThroughput
        settings.isProtected = request.bool("DeletionProtectionEnabled") ?? settings.isProtected
        settings.tableClass = request.string("TableClass") ?? settings.tableClass
        if let specification = request.structure("StreamSpecification") {
            update.stream = try Self.streamChange(specification, of: table)
        }
        try Self.change(&update, &settings, by: indexUpdates, request, table)
        update.settings = settings.item
        database.updateTable(table.name, update) { [self] result in
            completion(answer(result) { ["TableDescription": .object(description(of: $0, status: "UPDATING"))] })
        }
    }

    private func changeBilling(
        _ settings: inout TableSettings, _ request: Request, of table: Table
    ) throws(APIError) {
        if let mode = request.string("BillingMode") {
            let isOnDemand = mode == "PAY_PER_REQUEST"
            if isOnDemand, !settings.isOnDemand { settings.onDemandSince = Int(clock().milliseconds) }
            if !isOnDemand, settings.isOnDemand, settings.onDemandSince == nil {
                settings.onDemandSince = Int(table.createdAt.milliseconds)
            }
            settings.isOnDemand = isOnDemand
            if isOnDemand { settings.throughput = .init() }
        }
        if request.has("ProvisionedThroughput") {
            guard !settings.isOnDemand else {
                throw .invalid(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
                )
            }
            let throughput = TableSettings.Throughput(request.structure("ProvisionedThroughput"))
            guard
                throughput != settings.throughput || !(request.array("GlobalSecondaryIndexUpdates") ?? []).isEmpty
                    || request.has("StreamSpecification")
            else {
                throw .validation(TableChecks.unchanged(throughput))
            }
            settings.throughput = throughput
        }
    }

    private static func streamChange(
        _ specification: Request, of table: Table
    ) throws(APIError) -> TableUpdate.Change<StreamView> {
        guard let view = try TableChecks.stream(specification) else {
            guard table.stream != nil else {
                throw .validation(
                    "Table is already configured without a stream, thus cannot be disabled: \(table.name)")
            }
            return .clear
        }
        guard table.stream == nil else {
            throw .validation("Table already has an enabled stream: TableName: \(table.name)")
        }
        return .set(view)
    }

    private static func change(
        _ update: inout TableUpdate, _ settings: inout TableSettings, by updates: [Request], _ request: Request,
        _ table: Table
    ) throws(APIError) {
        let definitions = try TableChecks.definitions(request)
        try IndexUpdateChecks.check(updates)
        for entry in updates {
            if let created = entry.structure("Create") {
                guard table.index(named: created.string("IndexName") ?? "") == nil else {
                    throw .validation("Attempting to create an index which already exists")
                }
                let index = try TableChecks.index(created, isLocal: false, table: table.key, definitions)
                try IndexUpdateChecks.check(index.key, against: settings.definitions)
                update.createdIndexes.append(index)
                try settings.setThroughput(of: created)
            } else if let deleted = entry.structure("Delete")?.string("IndexName") {
                try IndexUpdateChecks.check(isGlobal: deleted, of: table)
                update.deletedIndexes.append(deleted)
                settings.indexThroughput[deleted] = nil
                settings.indexWarmThroughput[deleted] = nil
            } else if let changed = entry.structure("Update"), let name = changed.string("IndexName") {
                try IndexUpdateChecks.check(isGlobal: name, of: table)
                try settings.setThroughput(of: changed)
            }
        }
        for definition in definitions where !settings.definitions.contains(where: { $0.name == definition.name }) {
            settings.definitions.append(definition)
        }
        let kept = table.indexes.map(\.definition).filter { !update.deletedIndexes.contains($0.name) }
        try TableChecks.check(kept + update.createdIndexes)
        let used = Set(([table.key] + (kept + update.createdIndexes).map(\.key)).flatMap(\.attributes).map(\.name))
        settings.definitions.removeAll { !used.contains($0.name) }
    }

    // MARK: Answers

    /// The table that a request names, with the message of the operations on tables.
    private func namedTable(_ request: Request) throws(APIError) -> Table {
        let name = request.string("TableName") ?? ""
        guard let table = try tableIfAny(name) else { throw .tableNotFound(Self.tableName(of: name)) }
        return table
    }

    func answer<Value>(
        _ result: Result<Value, WriteFailure>, _ body: (Value) -> JSONObject
    ) -> DynamoDBResponse {
        switch result {
        case .success(let value): Self.response(body(value))
        case .failure(let failure): APIError.of(failure).response
        }
    }

    static func response(_ body: JSONObject) -> DynamoDBResponse {
        DynamoDBResponse(status: 200, body: JSONValue.object(body).compactBytes)
    }
}
