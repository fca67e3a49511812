/// What the operations on PartiQL statements take.
///
/// - Note: Source: Amazon DynamoDB API Reference, Actions.
extension RequestFields {
    static let executeStatement =
        statement + [
            Field("NextToken", .string, .lengthMin(1), .lengthMax(32_768)), returnConsumedCapacity,
            Field("Limit", .integer, .valueMin(1)),
        ]

    static let batchExecuteStatement = [
        returnConsumedCapacity,
        Field(
            "Statements", .list(.member(.structure("BatchStatementRequest", statement))), .required, .lengthMin(1),
            .lengthMax(25)),
    ]

    static let executeTransaction = [
        returnConsumedCapacity,
        Field(
            "TransactStatements", .list(.member(.structure("ParameterizedStatement", statement))), .required,
            .lengthMin(1), .lengthMax(100)),
        Field("ClientRequestToken", .string, .lengthMin(1), .lengthMax(36)),
    ]

    private static let statement = [
        Field("Statement", .string, .required, .lengthMin(1), .lengthMax(8_192)),
        Field("Parameters", .list(.member(.attributeValue)), .lengthMin(1)), Field("ConsistentRead", .boolean),
        returnValuesOnFailure,
    ]
}
