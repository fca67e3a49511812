import JSON
import Testing

/// Tables: definitions that hold together and those that don't, changes, backups.
struct TableTests {
    static let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/"
    static let invalid = "One or more parameter values were invalid: "
    static func definition(
        attributes: String = #"{"AttributeName": "p", "AttributeType": "S"}"#,
        key: String = #"{"AttributeName": "p", "KeyType": "HASH"}"#,
        more: String = #", "BillingMode": "PAY_PER_REQUEST""#, name: String = "Made"
    ) -> String {
        #"{"TableName": "\#(name)", "AttributeDefinitions": [\#(attributes)], "KeySchema": [\#(key)]\#(more)}"#
    }
    static func row(_ name: String, _ request: String, _ message: String) -> RefusalRow {
        RefusalRow(name, "CreateTable", request, message)
    }
    static let both = #"{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "q", "AttributeType": "N"}"#
    static func index(_ key: String, _ projection: String = #""ProjectionType": "ALL""#, kind: String = "Global")
        -> String
    {
        #", "BillingMode": "PAY_PER_REQUEST", "\#(kind)SecondaryIndexes": [{"IndexName": "idx", "KeySchema": [\#(key)], "Projection": {\#(projection)}}]"#
    }

    static let refusals = [
        row("no name", "{}", "The parameter 'TableName' is required but was not present in the request"),
        row(
            "attribute twice",
            definition(
                attributes:
                    #"{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "p", "AttributeType": "N"}"#),
            invalid + "Duplicate AttributeName in AttributeDefinitions: p"),
        row(
            "attribute unused", definition(attributes: both),
            invalid
                + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
        ),
        row(
            "attribute unused beside an index",
            definition(
                attributes: both + #", {"AttributeName": "rest", "AttributeType": "S"}"#,
                more: index(#"{"AttributeName": "q", "KeyType": "HASH"}"#)),
            invalid + "Some AttributeDefinitions are not used. AttributeDefinitions: [p, q, rest], keys used: [p, q]"),
        row(
            "more keys than attributes",
            definition(key: #"{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "x", "KeyType": "RANGE"}"#),
            "Invalid KeySchema: Some index key attribute have no definition"),
        row(
            "too cold a table",
            definition(more: #", "BillingMode": "PAY_PER_REQUEST", "WarmThroughput": {"WriteUnitsPerSecond": 3999}"#),
            invalid
                + "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand"
        ),
        row(
            "too cold an index",
            definition(
                attributes: both,
                more:
                    #", "ProvisionedThroughput": {"ReadCapacityUnits": 9, "WriteCapacityUnits": 9}, "GlobalSecondaryIndexes": [{"IndexName": "idx", "KeySchema": [{"AttributeName": "q", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}, "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 7}, "WarmThroughput": {"ReadUnitsPerSecond": 6}}]"#
            ),
            invalid
                + "Requested ReadUnitsPerSecond for WarmThroughput for index idx is lower than ReadCapacityUnits of ProvisionedThroughput"
        ),
        row(
            "encryption that is off with a key",
            definition(
                more: #", "BillingMode": "PAY_PER_REQUEST", "SSESpecification": {"Enabled": false, "SSEType": "KMS"}"#),
            invalid + "SSEType and KMSMasterKeyId can't be specified when SSE is disabled"),
        row(
            "key not defined", definition(key: #"{"AttributeName": "x", "KeyType": "HASH"}"#),
            invalid
                + "Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: [p]"
        ),
        row(
            "sort key first", definition(key: #"{"AttributeName": "p", "KeyType": "RANGE"}"#),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
        row(
            "two partition keys",
            definition(
                attributes: both,
                key: #"{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "q", "KeyType": "HASH"}"#),
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"),
        row(
            "key twice",
            definition(key: #"{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "p", "KeyType": "RANGE"}"#),
            "Invalid KeySchema: Some index key attribute have no definition"),
        row(
            "no throughput", definition(more: ""),
            invalid + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"),
        row(
            "throughput on demand",
            definition(
                more:
                    #", "BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}"#
            ),
            invalid
                + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
        ),
        row(
            "no indexes", definition(more: #", "BillingMode": "PAY_PER_REQUEST", "GlobalSecondaryIndexes": []"#),
            invalid + "List of GlobalSecondaryIndexes is empty"),
        row(
            "local index without sort key",
            definition(
                attributes: both,
                more: index(
                    #"{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "q", "KeyType": "RANGE"}"#,
                    kind: "Local")),
            invalid
                + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"),
        row(
            "no kind of projection",
            definition(attributes: both, more: index(#"{"AttributeName": "q", "KeyType": "HASH"}"#, "")),
            invalid + "Unknown ProjectionType: null"),
        row(
            "projection of nothing",
            definition(
                attributes: both,
                more: index(#"{"AttributeName": "q", "KeyType": "HASH"}"#, #""ProjectionType": "INCLUDE""#)),
            invalid + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
        row(
            "projection of all and some",
            definition(
                attributes: both,
                more: index(
                    #"{"AttributeName": "q", "KeyType": "HASH"}"#,
                    #""ProjectionType": "ALL", "NonKeyAttributes": ["a"]"#)),
            invalid + "ProjectionType is ALL, but NonKeyAttributes is specified"),
        row(
            "partition key after sort key",
            definition(
                attributes: both,
                more: index(
                    #"{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "q", "KeyType": "RANGE"}, {"AttributeName": "p", "KeyType": "HASH"}"#
                )),
            "Invalid KeySchema: All HASH key elements must precede all RANGE key elements"),
        row(
            "stream without view",
            definition(more: #", "BillingMode": "PAY_PER_REQUEST", "StreamSpecification": {"StreamEnabled": true}"#),
            invalid + "StreamViewType is required when StreamEnabled is true"),
        RefusalRow(
            "nothing", "UpdateTable", #"{"TableName": "Things"}"#,
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
                + "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"),
        RefusalRow(
            "empty change", "UpdateTable", #"{"TableName": "Things", "GlobalSecondaryIndexUpdates": [{}]}"#,
            invalid
                + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null"
        ),
        RefusalRow(
            "two deletions", "UpdateTable",
            #"{"TableName": "Pairs", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "byTeam"}}, {"Delete": {"IndexName": "teamKeys"}}]}"#,
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
            type: "LimitExceededException"),
        RefusalRow(
            "local index deleted", "UpdateTable",
            #"{"TableName": "Pairs", "GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "byText"}}]}"#,
            invalid + "byText is not a global secondary index"),
        RefusalRow(
            "stream that is off", "UpdateTable",
            #"{"TableName": "Things", "StreamSpecification": {"StreamEnabled": false}}"#,
            "Table is already configured without a stream, thus cannot be disabled: Things"),
        RefusalRow(
            "table that is there", "CreateTable", definition(name: "Things"), "Table already exists: Things",
            type: "ResourceInUseException"),
        RefusalRow(
            "tags of nothing", "ListTagsOfResource",
            #"{"ResourceArn": "arn:aws:dynamodb:us-east-1:111111111111:table/Things"}"#,
            "User: arn:aws:iam::000000000000:root is not authorized to perform: dynamodb:ListTagsOfResource on resource: "
                + "arn:aws:dynamodb:us-east-1:111111111111:table/Things", type: "AccessDeniedException"),
        RefusalRow(
            "export of nothing", "ExportTableToPointInTime",
            #"{"TableArn": "\#(arn)Nothing", "S3Bucket": "bucket"}"#, "Table not found: \(arn)Nothing",
            type: "TableNotFoundException"),
        RefusalRow(
            "export without recovery", "ExportTableToPointInTime",
            #"{"TableArn": "\#(arn)Things", "S3Bucket": "bucket"}"#,
            "Point in time recovery is not enabled for table 'Things'", type: "PointInTimeRecoveryUnavailableException"),
        RefusalRow(
            "import", "ImportTable", "{}",
            "ImportTable is not supported by this emulator: tables can't be exported to S3 "
                + "or imported from it here. Scan the table, or write its items with BatchWriteItem."),
        RefusalRow(
            "no such backup", "DescribeBackup",
            #"{"BackupArn": "arn:aws:dynamodb:us-east-1:000000000000:table/Things/backup/1"}"#,
            "Backup not found: arn:aws:dynamodb:us-east-1:000000000000:table/Things/backup/1",
            type: "BackupNotFoundException"),
    ]

    @Test(arguments: refusals) func `refuses`(row: RefusalRow) throws { try row.check() }

    @Test func `restores a backup`() throws {
        let service = try TestService.withTables()
        for number in 1...40 {
            try service.put(
                #"{"pk": "p", "sk": \#(number), "team": "t", "rank": \#(number), "pad": "\#(String(repeating: "x", count: 60_000))"}"#,
                in: "Pairs")
        }
        let made = try service.expect("CreateBackup", #"{"TableName": "Pairs", "BackupName": "first"}"#)[
            "BackupDetails"]
        let arn = try #require(made?["BackupArn"]?.string)
        #expect(made?["BackupStatus"] == "CREATING")
        try service.expect("DeleteItem", #"{"TableName": "Pairs", "Key": {"pk": {"S": "p"}, "sk": {"N": "7"}}}"#)
        #expect(try service.expect("ListTables", "{}")["TableNames"] == ["Blobs", "Pairs", "Things"])
        #expect(try service.expect("ListBackups", #"{"TableName": "Pairs"}"#)["BackupSummaries"]?.array?.count == 1)
        try service.expect("RestoreTableFromBackup", #"{"TargetTableName": "Again", "BackupArn": "\#(arn)"}"#)
        #expect(try service.item(#"{"pk": "p", "sk": 7}"#, in: "Again")?["rank"] == 7)
        let counted = try service.expect("DescribeTable", #"{"TableName": "Again"}"#)["Table"]
        #expect(counted?["ItemCount"] == 40 && counted?["GlobalSecondaryIndexes"]?.array?.count == 3)
        #expect(
            service.call("RestoreTableFromBackup", #"{"TargetTableName": "Again", "BackupArn": "\#(arn)"}"#).errorType
                == "TableAlreadyExistsException")
        try service.expect("DeleteBackup", #"{"BackupArn": "\#(arn)"}"#)
        #expect(try service.expect("ListBackups", "{}")["BackupSummaries"] == [])
    }

    @Test func `switches recovery on and off`() throws {
        let service = try TestService.withTables()
        func status() throws -> [JSONValue?] {
            let shown = try service.expect("DescribeContinuousBackups", #"{"TableName": "Things"}"#)[
                "ContinuousBackupsDescription"]
            return [
                shown?["ContinuousBackupsStatus"],
                shown?["PointInTimeRecoveryDescription"]?["PointInTimeRecoveryStatus"],
            ]
        }
        #expect(try status() == ["DISABLED", "DISABLED"])
        service.clock.advance(seconds: 5)
        #expect(try status() == ["ENABLED", "DISABLED"])
        let restore = #"{"SourceTableName": "Things", "TargetTableName": "Again", "UseLatestRestorableTime": true}"#
        #expect(
            service.call("RestoreTableToPointInTime", restore).errorType == "PointInTimeRecoveryUnavailableException")
        try service.expect(
            "UpdateContinuousBackups",
            #"{"TableName": "Things", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}"#)
        #expect(try status() == ["ENABLED", "ENABLED"])
        func days(_ more: String) throws -> JSONValue? {
            try service.expect(
                "UpdateContinuousBackups",
                #"{"TableName": "Things", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true\#(more)}}"#
            )["ContinuousBackupsDescription"]?["PointInTimeRecoveryDescription"]?["RecoveryPeriodInDays"]
        }
        #expect(try days("") == 35)
        #expect(try days(#", "RecoveryPeriodInDays": 10"#) == 10)
        #expect(try days("") == 10)
        try service.expect("RestoreTableToPointInTime", restore)
        #expect(
            service.call("DescribeContinuousBackups", #"{"TableName": "Nothing"}"#).errorType
                == "TableNotFoundException")
    }
}
