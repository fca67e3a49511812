import ItemDB
import Items
import JSON
import Time

/// A place in a stream to read on from, as a text that means nothing to the client.
struct ShardIterator: Sendable {
    /// - Note: Source: Amazon DynamoDB Streams API Reference, GetShardIterator.
    static let lifetime = Duration.seconds(15 * 60)

    var streamARN: String
    /// Records after this one come next.
    var after: Int64
    var issuedAt: Timestamp

    init(streamARN: String, after: Int64, issuedAt: Timestamp) {
        self.streamARN = streamARN
        self.after = after
        self.issuedAt = issuedAt
    }

    init?(_ text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "1", let bytes = Base64.bytes(of: String(parts[2])) else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: ":")
        guard numbers.count == 2, let after = Int64(numbers[0]), let issuedAt = Int64(numbers[1]) else { return nil }
        self.init(streamARN: String(parts[0]), after: after, issuedAt: Timestamp(milliseconds: issuedAt))
    }

    var text: String {
        "\(streamARN)|1|\(Base64.text(of: Array("\(after):\(issuedAt.milliseconds)".utf8)))"
    }
}

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB Streams API Reference, GetShardIterator.
    func getShardIterator(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.getShardIterator)
        let arn = request.string("StreamArn") ?? ""
        let type = request.string("ShardIteratorType") ?? ""
        let given = request.string("SequenceNumber")
        let needsNumber = type == "AT_SEQUENCE_NUMBER" || type == "AFTER_SEQUENCE_NUMBER"
        let stream = try stream(arn)
        guard needsNumber == (given != nil) else {
            throw .validation(
                needsNumber
                    ? "Invalid ShardIteratorType: ShardIteratorType \(type) requires a SequenceNumber"
                    : "Invalid ShardIteratorType: SequenceNumber must not be specified for ShardIteratorType \(type)")
        }
        guard request.string("ShardId") == StreamNames.shardID(stream) else {
            throw APIError(
                kind: .resourceNotFound,
                message:
                    "Requested resource not found: Shard: \(request.string("ShardId") ?? "") in Stream: \(arn) not found"
            )
        }
        let bounds = try storage { () throws(StorageError) in try database.changeBounds(of: stream) }
        let after: Int64
        if let given {
            guard let sequence = StreamNames.sequence(given) else {
                throw .validation("Invalid SequenceNumber: \(given)")
            }
            after = type == "AT_SEQUENCE_NUMBER" ? sequence - 1 : sequence
            try checkRetained(sequence, of: stream, oldest: bounds?.lowerBound)
        } else {
            after = type == "LATEST" ? bounds?.upperBound ?? 0 : 0
        }
        let iterator = ShardIterator(streamARN: arn, after: after, issuedAt: clock())
        return Self.response(["ShardIterator": .string(iterator.text)])
    }

    /// Records that are past their retention can't be asked for; the shard's start always can.
    private func checkRetained(_ sequence: Int64, of stream: ChangeStream, oldest: Int64?) throws(APIError) {
        guard sequence > 0, let oldest, sequence < oldest, clock() - stream.createdAt > ChangeStream.retention else {
            return
        }
        throw APIError(
            kind: .trimmedDataAccess,
            message: "The operation attempted to read past the oldest stream record in a shard.")
    }
}
