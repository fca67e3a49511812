/// What the operations on streams take.
///
/// - Note: Source: Amazon DynamoDB Streams API Reference, Actions.
extension RequestFields {
    static let listStreams = [
        Field("TableName", .string, .lengthMin(3), .unlessARN(.lengthMax(255)), .unlessARN(.namePattern)),
        Field("Limit", .integer, .valueMin(1), .valueMax(100)),
        Field("ExclusiveStartStreamArn", .string, .lengthMin(37), .lengthMax(1_024)),
    ]

    static let describeStream = [
        streamARN, Field("Limit", .integer, .valueMin(1), .valueMax(100)),
        Field("ExclusiveStartShardId", .string, .lengthMin(28), .lengthMax(65)),
        Field(
            "ShardFilter",
            .structure(
                "ShardFilter", [Field("Type", .string, .oneOf(["CHILD_SHARDS"])), Field("ShardId", .string)])),
    ]

    static let getShardIterator = [
        streamARN, Field("ShardId", .string, .required, .lengthMin(28), .lengthMax(65)),
        Field(
            "ShardIteratorType", .string, .required,
            .oneOf(["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"])),
        Field("SequenceNumber", .string, .lengthMin(21), .lengthMax(40)),
    ]

    static let getRecords = [
        Field("ShardIterator", .string, .required, .lengthMin(1), .lengthMax(2_048)),
        Field("Limit", .integer, .valueMin(1), .valueMax(1_000)),
    ]

    private static let streamARN = Field("StreamArn", .string, .required, .lengthMin(37), .lengthMax(1_024))
}
