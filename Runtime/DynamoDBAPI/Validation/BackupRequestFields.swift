/// What the operations on backups take.
///
/// - Note: Source: Amazon DynamoDB API Reference, Actions.
extension RequestFields {
    static let createBackup = [
        tableName, Field("BackupName", .string, .required, .lengthMin(3), .lengthMax(255), .namePattern),
    ]

    /// Of DescribeBackup and DeleteBackup.
    static let oneBackup = [backupARN]

    static let listBackups = [
        Field("TableName", .string, .lengthMin(1), .lengthMax(1_024)),
        Field("Limit", .integer, .valueMin(1), .valueMax(100)),
        Field("ExclusiveStartBackupArn", .string, .lengthMin(37), .lengthMax(1_024)),
        Field("BackupType", .string, .oneOf(["USER", "SYSTEM", "AWS_BACKUP", "ALL"])),
    ]

    static let restoreTableFromBackup = [targetTableName, backupARN, billingModeOverride]

    static let restoreTableToPointInTime = [
        Field("SourceTableName", .string, .lengthMin(3), .lengthMax(255), .namePattern), targetTableName,
        Field("UseLatestRestorableTime", .boolean), billingModeOverride,
    ]

    static let exportTable = [
        Field("TableArn", .string, .required, .lengthMin(1), .lengthMax(1_024)),
        Field("S3Bucket", .string, .required, .lengthMax(255)),
    ]

    static let updateContinuousBackups = [
        tableName,
        Field(
            "PointInTimeRecoverySpecification",
            .structure(
                "PointInTimeRecoverySpecification",
                [
                    Field("PointInTimeRecoveryEnabled", .boolean, .required),
                    Field("RecoveryPeriodInDays", .integer, .valueMin(1), .valueMax(35)),
                ]),
            .required),
    ]

    private static let backupARN = Field("BackupArn", .string, .required, .lengthMin(37), .lengthMax(1_024))
    private static let targetTableName = Field(
        "TargetTableName", .string, .required, .lengthMin(3), .lengthMax(255), .namePattern)
    private static let billingModeOverride = Field(
        "BillingModeOverride", .string, .oneOf(["PROVISIONED", "PAY_PER_REQUEST"]))
}
