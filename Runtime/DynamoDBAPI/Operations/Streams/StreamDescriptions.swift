import ItemDB
import JSON

extension DynamoDBService {
    private static let streamsPageMax = 100

    /// The streams that record and those whose records are still kept, the oldest first.
    ///
    /// - Note: Source: Amazon DynamoDB Streams API Reference, ListStreams.
    func listStreams(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.listStreams)
        var streams = database.streams
        if let start = request.string("ExclusiveStartStreamArn") {
            let last = try stream(start)
            streams.removeAll { $0.id <= last.id }
        }
        if let name = request.string("TableName") {
            streams.removeAll { $0.table != name && tableARN($0.table) != name }
        }
        let page = streams.prefix(request.int("Limit") ?? Self.streamsPageMax)
        var answer: JSONObject = [
            "Streams": .array(
                page.map { stream in
                    [
                        "StreamArn": .string(streamARN(stream)), "TableName": .string(stream.table),
                        "StreamLabel": .string(StreamNames.label(stream)),
                    ]
                })
        ]
        if page.count < streams.count, let last = page.last {
            answer["LastEvaluatedStreamArn"] = .string(streamARN(last))
        }
        return Self.response(answer)
    }

    /// - Note: Source: Amazon DynamoDB Streams API Reference, DescribeStream.
    func describeStream(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.describeStream)
        let stream = try stream(request.string("StreamArn") ?? "")
        let shardID = StreamNames.shardID(stream)
        var shards: [JSONValue] = []
        if let filter = request.structure("ShardFilter") {
            guard filter.has("Type"), filter.has("ShardId") else {
                throw .validation("ShardFilter must have both a Type and a ShardId")
            }
            guard filter.string("ShardId") == shardID else {
                throw .validation("Invalid ShardFilter.ShardId: \(filter.string("ShardId") ?? "")")
            }
            // The one shard there is was never split, so that it has no children.
        } else if request.string("ExclusiveStartShardId").map({ $0 < shardID }) ?? true {
            shards = [try shard(stream)]
        }
        return Self.response([
            "StreamDescription": [
                "StreamArn": .string(streamARN(stream)), "StreamLabel": .string(StreamNames.label(stream)),
                "StreamStatus": stream.endedAt == nil ? "ENABLED" : "DISABLED",
                "StreamViewType": .string(stream.view.rawValue),
                "CreationRequestDateTime": Self.seconds(stream.createdAt), "TableName": .string(stream.table),
                "KeySchema": Self.json(stream.key), "Shards": .array(shards),
            ]
        ])
    }

    private func shard(_ stream: ChangeStream) throws(APIError) -> JSONValue {
        var range: JSONObject = ["StartingSequenceNumber": .string(StreamNames.sequenceNumber(0))]
        if stream.endedAt != nil {
            let last = try storage { () throws(StorageError) in try database.changeBounds(of: stream) }?.upperBound
            range["EndingSequenceNumber"] = .string(StreamNames.sequenceNumber(last ?? 0))
        }
        return ["ShardId": .string(StreamNames.shardID(stream)), "SequenceNumberRange": .object(range)]
    }

    func storage<Value>(_ body: () throws(StorageError) -> Value) throws(APIError) -> Value {
        do { return try body() } catch {
            throw APIError(kind: .internalServerError, message: error.description)
        }
    }
}
