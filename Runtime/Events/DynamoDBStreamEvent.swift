package import Items
package import JSON
package import Time

/// A batch of a table's changes, all from one shard of its stream, in the order of their sequence numbers.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB" and "Implementing stateful
///   DynamoDB stream processing in Lambda"; Amazon DynamoDB Streams API Reference, Record.
package struct DynamoDBStreamEvent: Codable, Hashable, Sendable {
    /// None in the last event of a window.
    package var records: [Record]
    /// The shard that the records come from. Mappings with a tumbling window name it, others do not.
    package var shardId: String?
    package var eventSourceARN: String?
    package var window: Window?
    /// What the function returned for the batch before, in this window.
    package var state: JSONValue?
    package var isFinalInvokeForWindow: Bool?
    package var isWindowTerminatedEarly: Bool?

    package init(records: [Record]) { self.records = records }

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
        case shardId, eventSourceARN, window, state, isFinalInvokeForWindow, isWindowTerminatedEarly
    }

    /// Both ends as RFC 3339.
    package struct Window: Codable, Hashable, Sendable {
        package var start: String
        package var end: String
    }

    /// One change of one item.
    package struct Record: Codable, Hashable, Sendable {
        package var eventID: String
        package var eventName: Name
        package var eventVersion: String
        package var eventSource: String
        package var awsRegion: String
        package var dynamodb: Change
        package var eventSourceARN: String?
        /// Who made the change, if that was DynamoDB itself: an item whose time to live is over.
        package var userIdentity: JSONValue?

        package enum Name: String, Codable, Sendable {
            case insert = "INSERT"
            case modify = "MODIFY"
            case remove = "REMOVE"
        }
    }

    package struct Change: Codable, Hashable, Sendable {
        /// Whole seconds since 1970, or a fraction of one.
        package var approximateCreationDateTime: JSONValue
        package var keys: Item
        /// The item before the change; nil where the stream's view has none, and for an insert.
        package var oldImage: Item?
        /// The item after the change; nil where the stream's view has none, and for a removal.
        package var newImage: Item?
        /// 21 to 40 digits, rising within a shard.
        package var sequenceNumber: String
        package var sizeBytes: Int
        package var streamViewType: String

        /// When the item changed; nil if that is no time.
        package var time: Timestamp? {
            approximateCreationDateTime.double.flatMap { Int64(exactly: ($0 * 1_000).rounded()) }
                .map(Timestamp.init(milliseconds:))
        }

        private enum CodingKeys: String, CodingKey {
            case approximateCreationDateTime = "ApproximateCreationDateTime"
            case keys = "Keys"
            case oldImage = "OldImage"
            case newImage = "NewImage"
            case sequenceNumber = "SequenceNumber"
            case sizeBytes = "SizeBytes"
            case streamViewType = "StreamViewType"
        }

        package init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            approximateCreationDateTime = try members.decode(JSONValue.self, forKey: .approximateCreationDateTime)
            keys = try Item(dynamoDBJSON: members.decode(JSONValue.self, forKey: .keys))
            oldImage = try members.decodeIfPresent(JSONValue.self, forKey: .oldImage).map { try Item(dynamoDBJSON: $0) }
            newImage = try members.decodeIfPresent(JSONValue.self, forKey: .newImage).map { try Item(dynamoDBJSON: $0) }
            sequenceNumber = try members.decode(String.self, forKey: .sequenceNumber)
            sizeBytes = try members.decode(Int.self, forKey: .sizeBytes)
            streamViewType = try members.decode(String.self, forKey: .streamViewType)
        }

        package func encode(to encoder: any Encoder) throws {
            var members = encoder.container(keyedBy: CodingKeys.self)
            try members.encode(approximateCreationDateTime, forKey: .approximateCreationDateTime)
            try members.encode(keys.dynamoDBJSON, forKey: .keys)
            try members.encodeIfPresent(oldImage?.dynamoDBJSON, forKey: .oldImage)
            try members.encodeIfPresent(newImage?.dynamoDBJSON, forKey: .newImage)
            try members.encode(sequenceNumber, forKey: .sequenceNumber)
            try members.encode(sizeBytes, forKey: .sizeBytes)
            try members.encode(streamViewType, forKey: .streamViewType)
        }
    }
}

/// What a function says of a batch of changes.
///
/// - Note: Source: AWS Lambda Developer Guide, "Configuring partial batch response with DynamoDB and Lambda".
package struct DynamoDBStreamReply: Codable, Hashable, Sendable {
    /// The changes that come again: the first of them and, as order counts, all that are behind it.
    package var batchItemFailures: [Failure]
    /// A mapping with a tumbling window takes a reply without it for a failure.
    package var state: JSONValue?

    package struct Failure: Codable, Hashable, Sendable {
        /// The change's sequence number.
        package var itemIdentifier: String
    }

    /// - Parameter sequenceNumber: the first change that failed; nil if none did.
    package init(failingFrom sequenceNumber: String? = nil, state: JSONValue? = nil) {
        batchItemFailures = sequenceNumber.map { [Failure(itemIdentifier: $0)] } ?? []
        self.state = state
    }
}
