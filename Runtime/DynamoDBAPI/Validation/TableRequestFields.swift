/// What the operations on tables take, in the order in which DynamoDB reports what is wrong with it.
extension RequestFields {
    static let createTable = [
        Field(
            "AttributeDefinitions", .list(.member(.structure("AttributeDefinition", definition))), .required),
        newTableName, Field("BillingMode", .string, .oneOf(["PROVISIONED", "PAY_PER_REQUEST"])), throughput,
        keySchema,
        Field("LocalSecondaryIndexes", .list(.member(.structure("LocalSecondaryIndex", index)))),
        Field("GlobalSecondaryIndexes", .list(.member(.structure("GlobalSecondaryIndex", globalIndex)))),
        stream, encryption, warmThroughput, Field("DeletionProtectionEnabled", .boolean),
        Field("TableClass", .string, .oneOf(["STANDARD", "STANDARD_INFREQUENT_ACCESS"])),
        Field("Tags", .list(.member(.structure("Tag", tag)))),
    ]

    static let updateTable = [
        changedTableName, throughput, Field("BillingMode", .string, .oneOf(["PROVISIONED", "PAY_PER_REQUEST"])),
        Field("AttributeDefinitions", .list(.member(.structure("AttributeDefinition", definition)))),
        Field(
            "GlobalSecondaryIndexUpdates",
            .list(
                .member(
                    .structure(
                        "GlobalSecondaryIndexUpdate",
                        [
                            Field(
                                "Update",
                                .structure(
                                    "UpdateGlobalSecondaryIndexAction", [requiredIndexName, throughput, warmThroughput])
                            ),
                            Field(
                                "Create", .structure("CreateGlobalSecondaryIndexAction", globalIndex)),
                            Field("Delete", .structure("DeleteGlobalSecondaryIndexAction", [requiredIndexName])),
                        ])))),
        stream, encryption, warmThroughput, Field("DeletionProtectionEnabled", .boolean),
        Field("TableClass", .string, .oneOf(["STANDARD", "STANDARD_INFREQUENT_ACCESS"])),
    ]

    /// Of DescribeTable and DeleteTable.
    static let oneTable = [tableName]

    static let listTables = [
        Field("ExclusiveStartTableName", .string, .lengthMin(3), .lengthMax(255), .namePattern),
        Field("Limit", .integer, .valueMin(1), .valueMax(100)),
    ]

    static let updateTimeToLive = [
        tableName,
        Field(
            "TimeToLiveSpecification",
            .structure(
                "TimeToLiveSpecification",
                [
                    Field("AttributeName", .string, .required, .lengthMin(1), .lengthMax(255)),
                    Field("Enabled", .boolean, .required),
                ]),
            .required),
    ]

    static let tagResource = [
        resourceARN,
        Field("Tags", .list(.member(.structure("Tag", tag))), .required),
    ]

    static let untagResource = [
        resourceARN,
        Field("TagKeys", .list(.member(.string, .lengthMin(1), .lengthMax(128))), .required),
    ]

    static let listTagsOfResource = [
        resourceARN, Field("NextToken", .string),
    ]

    static let putResourcePolicy = [
        resourceARN, Field("Policy", .string, .required), revision,
        Field("ConfirmRemoveSelfResourceAccess", .boolean),
    ]

    static let getResourcePolicy = [resourceARN]

    static let deleteResourcePolicy = [resourceARN, revision]

    private static let resourceARN = Field("ResourceArn", .string, .required, .lengthMin(1), .lengthMax(1_283))
    private static let revision = Field("ExpectedRevisionId", .string, .lengthMin(1), .lengthMax(255))

    private static let newTableName = Field(
        "TableName", .string, .required, .lengthMin(3), .lengthMax(255), .namePattern)
    private static let changedTableName = Field(
        "TableName", .string, .required, .lengthMin(3), .unlessARN(.lengthMax(255)), .unlessARN(.namePattern))
    private static let requiredIndexName = Field(
        "IndexName", .string, .required, .lengthMin(3), .lengthMax(255), .namePattern)

    private static let keyName = Field("AttributeName", .string, .required, .lengthMin(1), .lengthMax(255))

    private static let definition = [keyName, Field("AttributeType", .string, .required, .oneOf(["B", "N", "S"]))]

    private static let keyElements = Shape.list(
        .member(
            .structure(
                "KeySchemaElement", [keyName, Field("KeyType", .string, .required, .oneOf(["HASH", "RANGE"]))])))

    private static let keySchema = Field("KeySchema", keyElements, .required, .lengthMin(1), .lengthMax(2))

    private static let throughput = Field(
        "ProvisionedThroughput",
        .structure(
            "ProvisionedThroughput",
            [
                Field("WriteCapacityUnits", .long, .required, .valueMin(1)),
                Field("ReadCapacityUnits", .long, .required, .valueMin(1)),
            ]))

    private static let warmThroughput = Field(
        "WarmThroughput",
        .structure(
            "WarmThroughput", [Field("ReadUnitsPerSecond", .long), Field("WriteUnitsPerSecond", .long)]))

    private static let encryption = Field(
        "SSESpecification",
        .structure(
            "SSESpecification",
            [
                Field("Enabled", .boolean), Field("SSEType", .string, .oneOf(["AES256", "KMS"])),
                Field("KMSMasterKeyId", .string),
            ]))

    private static let index = [requiredIndexName, keySchema, projection]

    /// One attribute more than there may be in either half is for a better complaint.
    private static let globalIndex = [
        requiredIndexName, Field("KeySchema", keyElements, .required, .lengthMin(1)), projection, throughput,
        warmThroughput,
    ]

    private static let projection = Field(
        "Projection",
        .structure(
            "Projection",
            [
                Field("ProjectionType", .string, .oneOf(["ALL", "INCLUDE", "KEYS_ONLY"])),
                Field(
                    "NonKeyAttributes", .list(.member(.string, .lengthMin(1), .lengthMax(255))), .lengthMin(1),
                    .lengthMax(20)),
            ]),
        .required)

    private static let stream = Field(
        "StreamSpecification",
        .structure(
            "StreamSpecification",
            [
                Field("StreamEnabled", .boolean, .required),
                Field(
                    "StreamViewType", .string, .oneOf(["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"])),
            ]))

    private static let tag = [
        Field("Key", .string, .required, .lengthMin(1), .lengthMax(128)),
        Field("Value", .string, .required, .lengthMin(0), .lengthMax(256)),
    ]
}
