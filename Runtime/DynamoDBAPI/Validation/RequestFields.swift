/// What each operation takes, in the order in which DynamoDB reports what is wrong with it.
///
/// - Note: Source: Amazon DynamoDB API Reference, Actions.
enum RequestFields {
    static let names = [
        "IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE",
        "CONTAINS",
    ]

    static let putItem = [
        returnConsumedCapacity, tableName, Field("Item", attributeMap, .required), conditionalOperator, expected,
        returnValues, returnItemCollectionMetrics, returnValuesOnFailure, text("ConditionExpression"), values,
        placeholders,
    ]

    static let getItem = [
        returnConsumedCapacity, Field("Key", attributeMap, .required), tableName, attributesToGet,
        Field("ConsistentRead", .boolean), text("ProjectionExpression"), placeholders,
    ]

    static let deleteItem = [
        returnConsumedCapacity, Field("Key", attributeMap, .required), tableName, conditionalOperator, expected,
        returnValues, returnItemCollectionMetrics, returnValuesOnFailure, text("ConditionExpression"), values,
        placeholders,
    ]

    static let updateItem = [
        returnConsumedCapacity, Field("Key", attributeMap, .required), tableName, conditionalOperator, expected,
        returnValues, returnItemCollectionMetrics, returnValuesOnFailure,
        Field(
            "AttributeUpdates",
            .map(
                .member(
                    .structure(
                        "AttributeValueUpdate",
                        [
                            Field("Action", .string, .oneOf(["ADD", "DELETE", "PUT"])),
                            Field("Value", .attributeValue),
                        ])))),
        text("ConditionExpression"), text("UpdateExpression"), values, placeholders,
    ]

    static let query =
        [Field("Select", .string, .oneOf(selectValues))] + [
            indexName, returnConsumedCapacity, conditions("QueryFilter"),
        ]
        + [tableName, conditionalOperator, attributesToGet, Field("Limit", .integer), conditions("KeyConditions")]
        + [Field("ExclusiveStartKey", attributeMap), Field("ConsistentRead", .boolean)]
        + [Field("ScanIndexForward", .boolean), text("KeyConditionExpression"), text("FilterExpression")]
        + [text("ProjectionExpression"), values, placeholders]

    static let scan =
        [Field("Select", .string, .oneOf(selectValues)), indexName, returnConsumedCapacity, conditions("ScanFilter")]
        + [
            Field("TotalSegments", .integer, .valueMin(1), .valueMax(1_000_000)),
            Field("Segment", .integer, .valueMin(0), .valueMax(999_999)), tableName, conditionalOperator,
            attributesToGet, Field("Limit", .integer, .valueMin(1)), Field("ExclusiveStartKey", attributeMap),
            Field("ConsistentRead", .boolean), text("FilterExpression"), text("ProjectionExpression"), values,
            placeholders,
        ]

    static let batchGetItem = [
        returnConsumedCapacity,
        Field(
            "RequestItems",
            .map(
                .member(
                    .structure(
                        "KeysAndAttributes",
                        [
                            Field("Keys", .list(.member(attributeMap)), .required, .lengthMin(1)),
                            attributesToGet, Field("ConsistentRead", .boolean), text("ProjectionExpression"),
                            placeholders,
                        ]))),
            .required, .keys(tableNameRules)),
    ]

    static let batchWriteItem = [
        returnConsumedCapacity, returnItemCollectionMetrics,
        Field(
            "RequestItems",
            .map(
                .member(
                    .list(
                        .member(
                            .structure(
                                "WriteRequest",
                                [
                                    Field(
                                        "DeleteRequest",
                                        .structure("DeleteRequest", [Field("Key", attributeMap, .required)])),
                                    Field(
                                        "PutRequest",
                                        .structure("PutRequest", [Field("Item", attributeMap, .required)])),
                                ]))))),
            .required, .keys(tableNameRules), .valueLengths(min: 1, max: 25)),
    ]

    static let transactWriteItems = [
        returnConsumedCapacity, returnItemCollectionMetrics,
        Field("ClientRequestToken", .string, .lengthMin(1), .lengthMax(36)),
        Field(
            "TransactItems",
            .list(
                .member(
                    .structure(
                        "TransactWriteItem",
                        [
                            Field(
                                "ConditionCheck",
                                .structure("ConditionCheck", keyed + [required("ConditionExpression")])),
                            Field("Put", .structure("Put", [Field("Item", attributeMap, .required)] + conditional)),
                            Field("Delete", .structure("Delete", keyed)),
                            Field("Update", .structure("Update", keyed + [required("UpdateExpression")])),
                        ]))),
            .required, .lengthMin(1), .lengthMax(100)),
    ]

    static let transactGetItems = [
        returnConsumedCapacity,
        Field(
            "TransactItems",
            .list(
                .member(
                    .structure(
                        "TransactGetItem",
                        [
                            Field(
                                "Get",
                                .structure(
                                    "Get",
                                    [
                                        Field("Key", attributeMap, .required), tableName, text("ProjectionExpression"),
                                        placeholders,
                                    ]),
                                .required)
                        ]))),
            .required, .lengthMin(1), .lengthMax(100)),
    ]
}

extension RequestFields {
    static let attributeMap = Shape.map(.member(.attributeValue))
    static let selectValues = ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"]
    static let tableName = Field(
        "TableName", .string, .required, .lengthMin(1), .unlessARN(.lengthMax(255)), .unlessARN(.namePattern))
    static let indexName = Field("IndexName", .string, .lengthMin(3), .lengthMax(255), .namePattern)
    static let returnConsumedCapacity = Field("ReturnConsumedCapacity", .string, .oneOf(["INDEXES", "TOTAL", "NONE"]))
    static let returnItemCollectionMetrics = Field("ReturnItemCollectionMetrics", .string, .oneOf(["SIZE", "NONE"]))
    static let returnValues = Field(
        "ReturnValues", .string, .oneOf(["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"]))
    static let returnValuesOnFailure = Field(
        "ReturnValuesOnConditionCheckFailure", .string, .oneOf(["ALL_OLD", "NONE"]))
    static let conditionalOperator = Field("ConditionalOperator", .string, .oneOf(["OR", "AND"]))
    static let attributesToGet = Field("AttributesToGet", .list(.member(.string)), .lengthMin(1), .lengthMax(255))
    static let values = Field("ExpressionAttributeValues", attributeMap)
    static let placeholders = Field("ExpressionAttributeNames", .map(.member(.string)))
    static let tableNameRules =
        "Member must have length less than or equal to 255, Member must have length greater than or equal to 3, "
        + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"

    static let expected = Field(
        "Expected",
        .map(
            .member(
                .structure(
                    "ExpectedAttributeValue",
                    [
                        Field("AttributeValueList", .list(.member(.attributeValue))),
                        Field("ComparisonOperator", .string, .oneOf(names)), Field("Exists", .boolean),
                        Field("Value", .attributeValue),
                    ]))))

    private static let conditional = [
        tableName, returnValuesOnFailure, text("ConditionExpression"), values, placeholders,
    ]

    private static let keyed = [Field("Key", attributeMap, .required)] + conditional

    static func text(_ name: String) -> Field { Field(name, .string) }

    static func required(_ name: String) -> Field { Field(name, .string, .required) }

    static func conditions(_ name: String) -> Field {
        Field(
            name,
            .map(
                .member(
                    .structure(
                        "Condition",
                        [
                            Field("AttributeValueList", .list(.member(.attributeValue))),
                            Field("ComparisonOperator", .string, .required, .oneOf(names)),
                        ]))))
    }
}
