import JSON
import Testing

/// What is kept of a table besides its items: throughput, encryption, tags, its policy; and its ARN in place of its
/// name.
struct TableSettingsTests {
    static let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Things"
    static let key = #"{"pk": {"S": "k"}}"#

    private func description(_ service: TestService, _ name: String = "Things") throws -> JSONValue {
        try #require(try service.expect("DescribeTable", #"{"TableName": "\#(name)"}"#)["Table"])
    }

    static let byARN = [
        ("DescribeTable", ""), ("PutItem", #", "Item": \#(key)"#), ("GetItem", #", "Key": \#(key)"#),
        ("UpdateItem", #", "Key": \#(key)"#), ("DeleteItem", #", "Key": \#(key)"#), ("Scan", ""),
        (
            "Query",
            #", "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "k"}}"#
        ),
        ("UpdateTable", #", "DeletionProtectionEnabled": false"#), ("DescribeTimeToLive", ""),
        ("UpdateTimeToLive", #", "TimeToLiveSpecification": {"AttributeName": "t", "Enabled": true}"#),
        ("CreateBackup", #", "BackupName": "one""#), ("ListBackups", ""), ("DescribeContinuousBackups", ""),
        ("DeleteTable", ""),
    ]
    @Test(arguments: byARN) func `takes a table's ARN for its name`(operation: String, more: String) throws {
        let service = try TestService.withTables()
        let answer = try service.expect(operation, #"{"TableName": "\#(Self.arn)"\#(more)}"#)
        if operation == "ListBackups" { #expect(answer["BackupSummaries"] == []) }
        #expect(
            service.call(operation, #"{"TableName": "\#(Self.arn)x"\#(more)}"#).errorType
                == ["CreateBackup": "TableNotFoundException", "DescribeContinuousBackups": "TableNotFoundException"][
                    operation, default: operation == "ListBackups" ? "" : "ResourceNotFoundException"])
    }

    @Test func `takes ARNs in batches and transactions`() throws {
        let service = try TestService.withTables()
        try service.expect(
            "BatchWriteItem", #"{"RequestItems": {"\#(Self.arn)": [{"PutRequest": {"Item": \#(Self.key)}}]}}"#)
        let batch = try service.expect("BatchGetItem", #"{"RequestItems": {"\#(Self.arn)": {"Keys": [\#(Self.key)]}}}"#)
        #expect(try batch["Responses"]?[Self.arn]?.array == [json(Self.key)])
        try service.expect(
            "TransactWriteItems",
            #"{"TransactItems": [{"Delete": {"TableName": "\#(Self.arn)", "Key": \#(Self.key)}}]}"#)
        let read = try service.expect(
            "TransactGetItems",
            #"{"TransactItems": [{"Get": {"TableName": "\#(Self.arn)", "Key": \#(Self.key)}}]}"#)
        #expect(read["Responses"] == [[:]])
    }

    @Test func `shows the name or ARN that was asked for with the capacity`() throws {
        let service = try TestService.withTables()
        for name in ["Things", Self.arn] {
            for (operation, more) in [("PutItem", #""Item""#), ("GetItem", #""Key""#)] {
                let answer = try service.expect(
                    operation, #"{"TableName": "\#(name)", \#(more): \#(Self.key), "ReturnConsumedCapacity": "TOTAL"}"#)
                #expect(answer["ConsumedCapacity"]?["TableName"]?.string == name)
            }
            let put = #"{"TableName": "\#(name)", "Item": \#(Self.key)}"#
            for (operation, request) in [
                ("BatchWriteItem", #""RequestItems": {"\#(name)": [{"PutRequest": {"Item": \#(Self.key)}}]}"#),
                ("BatchGetItem", #""RequestItems": {"\#(name)": {"Keys": [\#(Self.key)]}}"#),
                ("TransactWriteItems", #""TransactItems": [{"Put": \#(put)}]"#),
                ("TransactGetItems", #""TransactItems": [{"Get": {"TableName": "\#(name)", "Key": \#(Self.key)}}]"#),
            ] {
                let answer = try service.expect(operation, #"{\#(request), "ReturnConsumedCapacity": "TOTAL"}"#)
                #expect(answer["ConsumedCapacity"]?.array?.map { $0["TableName"]?.string } == [name])
            }
        }
    }

    static let refusals = [
        RefusalRow(
            "another account", "GetItem",
            #"{"TableName": "arn:aws:dynamodb:us-east-1:111111111111:table/Things", "Key": \#(key)}"#,
            "User: arn:aws:iam::000000000000:root is not authorized to perform this operation on resource: "
                + "arn:aws:dynamodb:us-east-1:111111111111:table/Things", type: "AccessDeniedException"),
        RefusalRow(
            "another region", "DescribeTable",
            #"{"TableName": "arn:aws:dynamodb:eu-west-1:000000000000:table/Things"}"#,
            "Requested resource not found: Table: Things not found", type: "ResourceNotFoundException"),
        RefusalRow(
            "no table's ARN", "Scan", #"{"TableName": "arn:aws:s3:::Things"}"#, "Invalid TableArn: arn:aws:s3:::Things"),
        RefusalRow(
            "a name that is none", "CreateTable", TableTests.definition(name: arn),
            "1 validation error detected: Value '\(arn)' at 'tableName' failed to satisfy constraint: "
                + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
        RefusalRow(
            "no policy", "GetResourcePolicy", #"{"ResourceArn": "\#(arn)"}"#,
            "Resource-based policy not found for the provided ResourceArn: \(arn)", type: "PolicyNotFoundException"),
        RefusalRow(
            "no table", "GetResourcePolicy", #"{"ResourceArn": "\#(arn)x"}"#,
            "Requested resource not found: Table: Thingsx not found", type: "ResourceNotFoundException"),
        RefusalRow(
            "no ARN", "PutResourcePolicy", #"{"ResourceArn": "Things", "Policy": "{}"}"#,
            "Invalid ResourceArn: ARNs must start with 'arn:': Things"),
        RefusalRow(
            "no JSON", "PutResourcePolicy", #"{"ResourceArn": "\#(arn)", "Policy": "deny"}"#,
            "One or more parameter values were invalid: The policy is no JSON object"),
        RefusalRow(
            "too large", "PutResourcePolicy",
            #"{"ResourceArn": "\#(arn)", "Policy": "{\#(String(repeating: " ", count: 20 << 10))}"}"#,
            "One or more parameter values were invalid: The policy is larger than 20480 bytes"),
        RefusalRow(
            "a revision of nothing", "DeleteResourcePolicy", #"{"ResourceArn": "\#(arn)", "ExpectedRevisionId": "1"}"#,
            "Resource-based policy not found for the provided ResourceArn: Requested update for policy with revision id 1, "
                + "but no policy is associated to target table Things.", type: "PolicyNotFoundException"),
        RefusalRow(
            "a key of none in a transaction", "TransactWriteItems",
            #"{"TransactItems": [{"Update": {"TableName": "Things", "Key": {"pk": {"S": ""}}, "UpdateExpression": "REMOVE a"}}]}"#,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
                + "string value. Key: pk"),
        RefusalRow(
            "an index key emptied by an update", "UpdateItem",
            #"{"TableName": "Pairs", "Key": {"pk": {"S": "p"}, "sk": {"N": "1"}}, "UpdateExpression": "SET team = :e", "ExpressionAttributeValues": {":e": {"S": ""}}}"#,
            "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
                + "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string "
                + "value."),
    ]
    @Test(arguments: refusals) func `refuses`(row: RefusalRow) throws { try row.check() }

    @Test func `keeps policies by revision`() throws {
        let service = try TestService.withTables()
        func put(_ policy: String, _ more: String = "") -> Answer {
            service.call(
                "PutResourcePolicy", #"{"ResourceArn": "\#(Self.arn)", "Policy": "{\"a\": \#(policy)}"\#(more)}"#)
        }
        let first = try #require(put("1", #", "ExpectedRevisionId": "NO_POLICY""#).body["RevisionId"]?.string)
        #expect(put("1").body["RevisionId"]?.string == first)
        let second = try #require(put("2", #", "ExpectedRevisionId": "\#(first)""#).body["RevisionId"]?.string)
        #expect(second > first)
        #expect(
            put("3", #", "ExpectedRevisionId": "\#(first)""#).message.hasSuffix(
                "Requested update for policy with revision id \(first), but the policy associated to target table Things "
                    + "has revision id \(second)."))
        #expect(
            put("3", #", "ExpectedRevisionId": "NO_POLICY""#).message.hasSuffix(
                "Requested policy update expecting none to be present for table Things, but a policy exists with revision "
                    + "id \(second)."))
        let shown = try service.expect("GetResourcePolicy", #"{"ResourceArn": "\#(Self.arn)"}"#)
        #expect(shown == ["Policy": #"{"a": 2}"#, "RevisionId": .string(second)])
        let deletion = #"{"ResourceArn": "\#(Self.arn)", "ExpectedRevisionId": "\#(second)"}"#
        #expect(try service.expect("DeleteResourcePolicy", deletion) == ["RevisionId": .string(second)])
        #expect(try service.expect("DeleteResourcePolicy", #"{"ResourceArn": "\#(Self.arn)"}"#) == [:])
    }

    @Test func `shows encryption and warm throughput`() throws {
        let service = try TestService.withTables()
        let warm: JSONValue = ["ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"]
        #expect(try description(service)["WarmThroughput"] == warm)
        #expect(try description(service)["SSEDescription"] == nil)
        try service.expect(
            "UpdateTable",
            #"{"TableName": "Things", "SSESpecification": {"Enabled": true}, "WarmThroughput": {"ReadUnitsPerSecond": 15000}}"#
        )
        let shown = try description(service)
        #expect(
            shown["WarmThroughput"]
                == ["ReadUnitsPerSecond": 15000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"])
        #expect(shown["SSEDescription"]?["Status"] == "ENABLED" && shown["SSEDescription"]?["SSEType"] == "KMS")
        #expect(shown["SSEDescription"]?["KMSMasterKeyArn"]?.string?.hasPrefix("arn:aws:kms:us-east-1:") == true)
        try service.expect("UpdateTable", #"{"TableName": "Things", "SSESpecification": {"Enabled": false}}"#)
        #expect(try description(service)["SSEDescription"] == nil)
        try service.expect(
            "UpdateTable",
            #"{"TableName": "Things", "BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}"#
        )
        #expect(try description(service)["BillingModeSummary"]?["BillingMode"] == "PROVISIONED")
    }
}
