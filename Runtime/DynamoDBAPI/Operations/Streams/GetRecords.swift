import ItemDB
import JSON
import Time

extension DynamoDBService {
    /// Records of one answer at most, and their size.
    private static let recordsPageMax = 1_000
    private static let recordsPageSizeBytesMax = 1 << 20

    /// - Note: Source: Amazon DynamoDB Streams API Reference, GetRecords.
    func getRecords(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.getRecords)
        guard let iterator = request.string("ShardIterator").flatMap(ShardIterator.init) else {
            throw .validation("Invalid ShardIterator")
        }
        let now = clock()
        guard now - iterator.issuedAt <= ShardIterator.lifetime else {
            throw APIError(
                kind: .expiredIterator,
                message: "Iterator expired. The iterator was created at time "
                    + "\(iterator.issuedAt) while right now it is \(now), which is further in the future than the tolerated delay."
            )
        }
        let stream = try stream(iterator.streamARN)
        let limit = request.int("Limit") ?? Self.recordsPageMax
        let changes = try storage { () throws(StorageError) in
            try database.changes(of: stream, after: iterator.after, limit: limit)
        }
        var records: [JSONValue] = []
        var (last, sizeBytes) = (iterator.after, 0)
        for change in changes {
            sizeBytes += (change.old?.sizeBytes ?? 0) + (change.new?.sizeBytes ?? 0)
            guard records.isEmpty || sizeBytes <= Self.recordsPageSizeBytesMax else { break }
            last = change.sequence
            // Retention is for the reader too, whatever has not been cleared away yet.
            guard now - change.at <= ChangeStream.retention else { continue }
            records.append(StreamRecord.json(change, view: stream.view, region: region))
        }
        var answer: JSONObject = ["Records": .array(records)]
        // A stream that has ended has an end to its shard.
        if stream.endedAt == nil || changes.last.map({ $0.sequence > last }) ?? false || changes.count == limit {
            let next = ShardIterator(streamARN: iterator.streamARN, after: last, issuedAt: now)
            answer["NextShardIterator"] = .string(next.text)
        }
        return Self.response(answer)
    }
}
