import ItemDB
import Items
import JSON
import Time

// Backups on demand. One is complete when its answer is sent; the answer still says CREATING, as clients expect.

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, CreateBackup.
    func createBackup(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.createBackup)
        let table = try backedTable(request)
        let definition = Backup.definition(of: table, named: request.string("BackupName") ?? "", at: clock())
        copy(table, as: definition) { [self] result in
            completion(
                answer(result) { made in
                    ["BackupDetails": .object(Backup(made).map { details($0, status: "CREATING") } ?? [:])]
                })
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DescribeBackup.
    func describeBackup(_ request: Request) throws(APIError) -> DynamoDBResponse {
        Self.response(["BackupDescription": .object(description(of: try backup(request)))])
    }

    /// - Note: Source: Amazon DynamoDB API Reference, DeleteBackup.
    func deleteBackup(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        let backup = try backup(request)
        var description = description(of: backup)
        var details = description["BackupDetails"]?.object ?? [:]
        details["BackupStatus"] = "DELETED"
        description["BackupDetails"] = .object(details)
        let shown = description
        database.deleteTable(backup.table.name) { [self] result in
            completion(answer(result) { _ in ["BackupDescription": .object(shown)] })
        }
    }

    /// - Note: Source: Amazon DynamoDB API Reference, ListBackups.
    func listBackups(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.listBackups)
        var backups = database.tables.compactMap(Backup.init)
        if let name = request.string("TableName") {
            backups.removeAll { $0.source != name && tableARN($0.source) != name }
        }
        if let lower = request.value("TimeRangeLowerBound")?.double {
            backups.removeAll { Double($0.table.createdAt.milliseconds) < lower * 1_000 }
        }
        if let upper = request.value("TimeRangeUpperBound")?.double {
            backups.removeAll { Double($0.table.createdAt.milliseconds) >= upper * 1_000 }
        }
        if let start = request.string("ExclusiveStartBackupArn") {
            backups.removeAll { backupARN($0).utf8.elementsEqual(start.utf8) || backupARN($0) < start }
        }
        let page = backups.prefix(request.int("Limit") ?? 100)
        var answer: JSONObject = [
            "BackupSummaries": .array(
                page.map { backup in
                    var summary = details(backup, status: "AVAILABLE")
                    summary["TableName"] = .string(backup.source)
                    summary["TableArn"] = .string(tableARN(backup.source))
                    return .object(summary)
                })
        ]
        if page.count < backups.count, let last = page.last {
            answer["LastEvaluatedBackupArn"] = .string(backupARN(last))
        }
        return Self.response(answer)
    }

    /// - Note: Source: Amazon DynamoDB API Reference, RestoreTableFromBackup.
    func restoreTableFromBackup(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        let backup = try backup(request, RequestFields.restoreTableFromBackup)
        try restore(
            backup.table, request,
            summary: [
                "SourceBackupArn": .string(backupARN(backup)), "SourceTableArn": .string(tableARN(backup.source)),
                "RestoreDateTime": Self.seconds(clock()), "RestoreInProgress": true,
            ], completion)
    }

    /// Makes a table under the target's name from another.
    func restore(
        _ source: Table, _ request: Request, summary: JSONObject, _ completion: @escaping Completion
    ) throws(APIError) {
        for name in ["GlobalSecondaryIndexOverride", "LocalSecondaryIndexOverride", "ProvisionedThroughputOverride"]
        where request.has(name) {
            throw .validation("\(name) is not supported by this emulator: restore without it, then call UpdateTable")
        }
        try checkIsNew(request)
        let target = request.string("TargetTableName") ?? ""
        var settings = TableSettings(source.settings)
        settings.tags = [:]
        settings.policy = nil
        if let mode = request.string("BillingModeOverride") {
            settings.isOnDemand = mode == "PAY_PER_REQUEST"
            if settings.isOnDemand { settings.throughput = .init() }
        }
        let definition = TableDefinition(
            name: target, key: source.key, indexes: source.indexes.map(\.definition), settings: settings.item)
        copy(source, as: definition) { [self] result in
            completion(
                answer(result) { made in
                    var shown = description(of: made, status: "CREATING")
                    shown["RestoreSummary"] = .object(summary)
                    return ["TableDescription": .object(shown)]
                })
        }
    }

    /// The name to restore under is free.
    func checkIsNew(_ request: Request) throws(APIError) {
        let target = request.string("TargetTableName") ?? ""
        guard database.table(named: target) == nil else {
            throw APIError(kind: .tableAlreadyExists, message: "Table already exists: \(target)")
        }
    }

    /// Makes a table and fills it with another's items, page by page.
    private func copy(_ source: Table, as definition: TableDefinition, _ completion: @escaping WriteCompletion<Table>) {
        database.createTable(definition) { [self] result in
            guard case .success(let target) = result else { return completion(result) }
            copyPage(of: source, to: target, after: nil, completion)
        }
    }

    private func copyPage(
        of source: Table, to target: Table, after key: Item?, _ completion: @escaping WriteCompletion<Table>
    ) {
        var read = ReadRequest.scan(source)
        read.after = key
        let page: ReadPage
        var mutations: [Mutation] = []
        do throws(ReadFailure) {
            page = try database.page(read)
            for item in page.items {
                do throws(KeyFailure) { mutations.append(try .put(item.item, in: target)) } catch { throw .key(error) }
            }
        } catch {
            if case .storage(let storage) = error { return completion(.failure(.storage(storage))) }
            preconditionFailure("an item of a table has a key of the table's")
        }
        let last = page.lastKey
        database.batch(mutations) { [self] result in
            switch result {
            case .failure(let failure): completion(.failure(failure))
            case .success where last != nil: copyPage(of: source, to: target, after: last, completion)
            case .success: completion(.success(target))
            }
        }
    }

    // MARK: Names and descriptions

    func backupARN(_ backup: Backup) -> String { tableARN(backup.table.name) }

    private func details(_ backup: Backup, status: String) -> JSONObject {
        backup.details(arn: backupARN(backup), sizeBytes: database.count(backup.table).sizeBytes, status: status)
    }

    private func description(of backup: Backup) -> JSONObject {
        let (items, sizeBytes) = database.count(backup.table)
        return [
            "BackupDetails": .object(details(backup, status: "AVAILABLE")),
            "SourceTableDetails": .object(
                backup.sourceDetails(arn: tableARN(backup.source), items: items, sizeBytes: sizeBytes)),
        ]
    }

    /// The backup that a request names.
    private func backup(
        _ request: Request, _ fields: [Field] = RequestFields.oneBackup
    ) throws(APIError) -> Backup {
        try RuleChecker.check(request.members, fields)
        let arn = request.string("BackupArn") ?? ""
        let prefix = tableARN("")
        guard arn.hasPrefix(prefix), let table = database.table(named: String(arn.dropFirst(prefix.count))),
            let backup = Backup(table)
        else { throw APIError(kind: .backupNotFound, message: "Backup not found: \(arn)") }
        return backup
    }

    /// The table that a request on backups names; these have an error of their own for one that is not there.
    func backedTable(_ request: Request, _ member: String = "TableName") throws(APIError) -> Table {
        let name = request.string(member) ?? ""
        guard let table = try tableIfAny(name) else {
            throw APIError(kind: .tableNotFound, message: "Table not found: \(name)")
        }
        return table
    }
}
