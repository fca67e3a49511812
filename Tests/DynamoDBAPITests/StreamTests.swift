import ItemDB
import JSON
import Testing

/// DynamoDB Streams: what is recorded of writes, and how it is read.
struct StreamTests {
    let service: TestService
    let arn: String
    let shard: String

    init() throws {
        service = try TestService()
        (arn, shard) = try Self.table("Logged", "NEW_AND_OLD_IMAGES", service)
    }

    static func table(_ name: String, _ view: String, _ service: TestService) throws -> (arn: String, shard: String) {
        let body = try service.expect(
            "CreateTable",
            #"""
            {"TableName": "\#(name)", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
             "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
             "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "\#(view)"}}
            """#)
        let arn = try #require(body["TableDescription"]?["LatestStreamArn"]?.string)
        let stream = try service.expect("DescribeStream", #"{"StreamArn": "\#(arn)"}"#)
        return (arn, try #require(stream["StreamDescription"]?["Shards"]?[0]?["ShardId"]?.string))
    }

    func iterator(_ type: String, _ more: String = "") throws -> String {
        let body = try service.expect(
            "GetShardIterator",
            #"{"StreamArn": "\#(arn)", "ShardId": "\#(shard)", "ShardIteratorType": "\#(type)"\#(more)}"#)
        return try #require(body["ShardIterator"]?.string)
    }

    func records(_ iterator: String, limit: Int = 1_000) throws -> JSONValue {
        try service.expect("GetRecords", #"{"ShardIterator": "\#(iterator)", "Limit": \#(limit)}"#)
    }

    func write() throws {
        try service.put(#"{"pk": "a", "n": 1}"#, in: "Logged")
        try service.put(#"{"pk": "a", "n": 2}"#, in: "Logged")
        // Changes nothing, so that nothing is recorded.
        try service.put(#"{"pk": "a", "n": 2}"#, in: "Logged")
        try service.expect("DeleteItem", #"{"TableName": "Logged", "Key": {"pk": {"S": "a"}}}"#)
        try service.expect("DeleteItem", #"{"TableName": "Logged", "Key": {"pk": {"S": "a"}}}"#)
    }

    @Test func `records what changes`() throws {
        try write()
        let records = try #require(try records(try iterator("TRIM_HORIZON"))["Records"]?.array)
        #expect(records.map { $0["eventName"] } == ["INSERT", "MODIFY", "REMOVE"])
        let images = records.map { [$0["dynamodb"]?["OldImage"]?["n"]?["N"], $0["dynamodb"]?["NewImage"]?["n"]?["N"]] }
        #expect(images == [[nil, "1"], ["1", "2"], ["2", nil]])
        #expect(
            records.allSatisfy { $0["dynamodb"]?["Keys"] == ["pk": ["S": "a"]] && $0["eventSource"] == "aws:dynamodb" })
        #expect(
            records.allSatisfy {
                $0["eventVersion"] == "1.1" && $0["awsRegion"] == "us-east-1" && $0["userIdentity"] == nil
            })
        let numbers = records.compactMap { $0["dynamodb"]?["SequenceNumber"]?.string }
        #expect(numbers == numbers.sorted() && numbers.allSatisfy { $0.utf8.count == 21 })
        #expect(Set(records.compactMap { $0["eventID"] }).count == 3)
    }

    @Test(arguments: [
        ("KEYS_ONLY", false, false), ("NEW_IMAGE", false, true), ("OLD_IMAGE", true, false),
        ("NEW_AND_OLD_IMAGES", true, true),
    ])
    func `shows what the view has`(view: String, old: Bool, new: Bool) throws {
        let service = try TestService()
        let (arn, shard) = try Self.table("Viewed", view, service)
        try service.put(#"{"pk": "a", "n": 1}"#, in: "Viewed")
        try service.put(#"{"pk": "a", "n": 2}"#, in: "Viewed")
        let iterator = try service.expect(
            "GetShardIterator",
            #"{"StreamArn": "\#(arn)", "ShardId": "\#(shard)", "ShardIteratorType": "TRIM_HORIZON"}"#)
        let body = try service.expect(
            "GetRecords", #"{"ShardIterator": \#((iterator["ShardIterator"] ?? "").compactText)}"#)
        let record = body["Records"]?[1]?["dynamodb"]
        #expect((record?["OldImage"] != nil) == old && (record?["NewImage"] != nil) == new)
        #expect(record?["StreamViewType"]?.string == view)
    }

    @Test func `reads on from where it was`() throws {
        let latest = try iterator("LATEST")
        try write()
        let first = try records(try iterator("TRIM_HORIZON"), limit: 2)
        #expect(first["Records"]?.array?.count == 2)
        let rest = try records(try #require(first["NextShardIterator"]?.string))
        #expect(rest["Records"]?.array?.map { $0["eventName"] } == ["REMOVE"])
        #expect(try records(latest)["Records"]?.array?.count == 3)
        #expect(try records(try iterator("LATEST"))["Records"] == [])
        let number = try #require(first["Records"]?[1]?["dynamodb"]?["SequenceNumber"]).compactText
        #expect(
            try records(try iterator("AT_SEQUENCE_NUMBER", #", "SequenceNumber": \#(number)"#))["Records"]?.array?.count
                == 2)
        #expect(
            try records(try iterator("AFTER_SEQUENCE_NUMBER", #", "SequenceNumber": \#(number)"#))["Records"]?.array?
                .count == 1)
    }

    @Test func `ends with the table's stream`() throws {
        try write()
        try service.expect("UpdateTable", #"{"TableName": "Logged", "StreamSpecification": {"StreamEnabled": false}}"#)
        let description = try service.expect("DescribeStream", #"{"StreamArn": "\#(arn)"}"#)["StreamDescription"]
        #expect(description?["StreamStatus"] == "DISABLED")
        #expect(description?["Shards"]?[0]?["SequenceNumberRange"]?["EndingSequenceNumber"] != nil)
        let body = try records(try iterator("TRIM_HORIZON"))
        #expect(body["Records"]?.array?.count == 3 && body["NextShardIterator"] == nil)
        try service.expect(
            "UpdateTable",
            #"{"TableName": "Logged", "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}}"#)
        let arns = try service.expect("ListStreams", #"{"TableName": "Logged"}"#)["Streams"]?.array?.compactMap {
            $0["StreamArn"]?.string
        }
        #expect(arns?.count == 2 && arns?.first == arn && arns?.last != arn)
    }

    @Test func `expires iterators and records`() throws {
        try write()
        let old = try iterator("TRIM_HORIZON")
        service.clock.advance(seconds: 15 * 60 + 1)
        #expect(service.call("GetRecords", #"{"ShardIterator": "\#(old)"}"#).errorType == "ExpiredIteratorException")
        service.clock.advance(seconds: 24 * 60 * 60)
        #expect(try records(try iterator("TRIM_HORIZON"))["Records"] == [])
    }

    @Test func `says that an item expired`() throws {
        try service.expect(
            "UpdateTimeToLive",
            #"{"TableName": "Logged", "TimeToLiveSpecification": {"AttributeName": "at", "Enabled": true}}"#)
        try service.put(#"{"pk": "soon", "at": 1700000001}"#, in: "Logged")
        try service.put(#"{"pk": "later", "at": 1700009999}"#, in: "Logged")
        service.clock.advance(seconds: 2)
        #expect(try service.database.answer { service.database.expire(completion: $0) } == 1)
        #expect(try service.item(#"{"pk": "soon"}"#, in: "Logged") == nil)
        #expect(try service.item(#"{"pk": "later"}"#, in: "Logged") != nil)
        let last = try records(try iterator("TRIM_HORIZON"))["Records"]?.array?.last
        #expect(last?["userIdentity"] == ["PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"])
    }

    @Test(arguments: [
        (
            "DescribeStream",
            #""StreamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/Gone/stream/2020-01-01T00:00:00.000""#,
            "ResourceNotFoundException"
        ),
        ("DescribeStream", #""StreamArn": "not-an-arn-but-long-enough-for-one-of-them""#, "ValidationException"),
        ("GetRecords", #""ShardIterator": "nothing""#, "ValidationException"),
        ("ListStreams", #""Limit": 0"#, "ValidationException"),
        ("ListStreams", #""Limit": 101"#, "ValidationException"),
    ])
    func `refuses`(operation: String, request: String, type: String) throws {
        #expect(service.call(operation, "{\(request)}").errorType == type)
    }
}
