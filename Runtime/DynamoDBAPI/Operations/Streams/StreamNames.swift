package import ItemDB
import Time

/// What streams, their one shard and the places in it are called on the wire.
///
/// - Note: Source: Amazon DynamoDB Streams API Reference.
package enum StreamNames {
    /// The time of creation, as in `2026-11-21T03:43:36.123`.
    static func label(_ stream: ChangeStream) -> String { String(stream.createdAt.description.dropLast()) }

    package static func arn(of stream: ChangeStream, region: String, accountID: String) -> String {
        "arn:aws:dynamodb:\(region):\(accountID):table/\(stream.table)/stream/\(label(stream))"
    }

    /// Of the form `shardId-00000001414576573621-f55eea83`.
    package static func shardID(_ stream: ChangeStream) -> String {
        "shardId-\(padded(String(stream.createdAt.milliseconds), 20))-\(padded(String(stream.id, radix: 16), 8))"
    }

    /// Sequence numbers have 21 digits at least, and rise in the order of texts too.
    package static func sequenceNumber(_ sequence: Int64) -> String {
        "1" + padded(String(sequence), sequenceDigits - 1)
    }

    static let sequenceDigits = 21

    /// nil if no number of ours looks like it.
    static func sequence(_ text: String) -> Int64? {
        guard text.utf8.count == sequenceDigits, text.hasPrefix("1") else { return nil }
        return Int64(text.dropFirst())
    }

    private static func padded(_ text: String, _ length: Int) -> String {
        String(repeating: "0", count: max(0, length - text.utf8.count)) + text
    }
}

extension DynamoDBService {
    func streamARN(_ stream: ChangeStream) -> String {
        StreamNames.arn(of: stream, region: region, accountID: accountID)
    }

    /// The stream of an ARN.
    func stream(_ arn: String) throws(APIError) -> ChangeStream {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[2] == "dynamodb", parts[5].hasPrefix("table/"),
            arn.utf8.count >= 37
        else { throw .validation("Invalid StreamArn: Invalid ResourceArn provided as input \(arn)") }
        guard let stream = database.streams.last(where: { streamARN($0) == arn }) else {
            throw APIError(
                kind: .resourceNotFound, message: "Requested resource not found: Stream: \(arn) not found")
        }
        return stream
    }
}
