import ItemDB
import JSON
import Time

// Recovery to a point in time. The emulator keeps no history: it restores a table as it is now, and refuses any other
// moment rather than restore something else.

extension DynamoDBService {
    /// A new table's continuous backups are off for a moment.
    private static let continuousBackupsDelay = Duration.seconds(5)
    private static let recoveryDaysMax = 35
    private static let latestRestorableLag = Duration.seconds(300)

    /// - Note: Source: Amazon DynamoDB API Reference, DescribeContinuousBackups.
    func describeContinuousBackups(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.oneTable)
        return continuousBackups(of: try backedTable(request))
    }

    /// - Note: Source: Amazon DynamoDB API Reference, UpdateContinuousBackups.
    func updateContinuousBackups(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.updateContinuousBackups)
        let table = try backedTable(request)
        var settings = TableSettings(table.settings)
        let specification = request.structure("PointInTimeRecoverySpecification")
        let isEnabled = specification?.bool("PointInTimeRecoveryEnabled") ?? false
        settings.recoverableSince = isEnabled ? settings.recoverableSince ?? Int(clock().milliseconds) : nil
        settings.recoveryDays = isEnabled ? specification?.int("RecoveryPeriodInDays") ?? settings.recoveryDays : nil
        var update = TableUpdate()
        update.settings = settings.item
        database.updateTable(table.name, update) { [self] result in
            switch result {
            case .success(let table): completion(continuousBackups(of: table))
            case .failure(let failure): completion(APIError.of(failure).response)
            }
        }
    }

    private func continuousBackups(of table: Table) -> DynamoDBResponse {
        let now = clock()
        var recovery: JSONObject = ["PointInTimeRecoveryStatus": "DISABLED"]
        var isOn = now - table.createdAt >= Self.continuousBackupsDelay
        let settings = TableSettings(table.settings)
        if let since = settings.recoverableSince.map({ Timestamp(milliseconds: Int64($0)) }) {
            isOn = true
            recovery = [
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": .number(JSONNumber(settings.recoveryDays ?? Self.recoveryDaysMax)),
                "EarliestRestorableDateTime": Self.seconds(since),
                "LatestRestorableDateTime": Self.seconds(max(since, now - Self.latestRestorableLag)),
            ]
        }
        return Self.response([
            "ContinuousBackupsDescription": [
                "ContinuousBackupsStatus": isOn ? "ENABLED" : "DISABLED",
                "PointInTimeRecoveryDescription": .object(recovery),
            ]
        ])
    }

    /// - Note: Source: Amazon DynamoDB API Reference, RestoreTableToPointInTime.
    func restoreTableToPointInTime(_ request: Request, _ completion: @escaping Completion) throws(APIError) {
        try RuleChecker.check(request.members, RequestFields.restoreTableToPointInTime)
        let source = try backedTable(request, "SourceTableName")
        try checkIsNew(request)
        try Self.checkIsRecoverable(source)
        guard request.bool("UseLatestRestorableTime") == true else {
            throw .validation(
                "This emulator restores tables as they are now: set UseLatestRestorableTime. For another moment create a "
                    + "backup at that moment.")
        }
        try restore(
            source, request,
            summary: [
                "SourceTableArn": .string(tableARN(source.name)), "RestoreDateTime": Self.seconds(clock()),
                "RestoreInProgress": true,
            ], completion)
    }

    private static func checkIsRecoverable(_ table: Table) throws(APIError) {
        guard TableSettings(table.settings).recoverableSince != nil else {
            throw APIError(
                kind: .recoveryUnavailable,
                message: "Point in time recovery is not enabled for table '\(table.name)'")
        }
    }

    /// Refuses as DynamoDB does where it would, and what is left as exports and imports are.
    func exportTable(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.exportTable)
        try Self.checkIsRecoverable(try backedTable(request, "TableArn"))
        return try refuseTransfer(.exportTableToPointInTime)
    }

    /// Exports and imports go through S3, where the emulator does not reach.
    ///
    /// - Note: Source: Amazon DynamoDB API Reference, ExportTableToPointInTime, ImportTable.
    func refuseTransfer(_ operation: Operation) throws(APIError) -> DynamoDBResponse {
        throw .validation(
            "\(operation.rawValue) is not supported by this emulator: tables can't be exported to S3 or imported from it "
                + "here. Scan the table, or write its items with BatchWriteItem.")
    }
}
