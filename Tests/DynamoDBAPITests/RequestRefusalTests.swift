import Testing

/// What is said of requests whose parts don't fit: first types, then rules, then what the parts mean together.
struct RequestRefusalTests {
    static let key = #""Key": {"pk": {"S": "a"}}"#
    static func constraint(_ breaches: String...) -> String {
        "\(breaches.count) validation error\(breaches.count == 1 ? "" : "s") detected: "
            + breaches.joined(separator: "; ")
    }
    static func absent(_ name: String) -> String {
        "Value null at '\(name)' failed to satisfy constraint: Member must not be null"
    }

    static func type(_ name: String, _ operation: String, _ request: String, _ message: String) -> RefusalRow {
        RefusalRow(name, operation, request, message, type: "SerializationException")
    }

    static let types = [
        type("broken JSON", "GetItem", "{", ""), type("no object", "GetItem", "[]", ""),
        type("nothing", "GetItem", "", ""),
        type("number for a text", "GetItem", #"{"TableName": 1}"#, "NUMBER_VALUE cannot be converted to String"),
        type("fraction for a text", "GetItem", #"{"TableName": 1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
        type("boolean for a text", "GetItem", #"{"TableName": true}"#, "TRUE_VALUE cannot be converted to String"),
        type(
            "list for a text", "GetItem", #"{"TableName": []}"#, "Unrecognized collection type class java.lang.String"),
        type("map for a text", "GetItem", #"{"TableName": {}}"#, "Start of structure or map found where not expected"),
        type(
            "text for a number", "Scan", #"{"TableName": "Things", "Limit": "1"}"#,
            "STRING_VALUE cannot be converted to Integer"),
        type("boolean for a number", "Scan", #"{"Limit": false}"#, "FALSE_VALUE cannot be converted to Integer"),
        type(
            "number for a boolean", "GetItem", #"{"ConsistentRead": 1}"#, "NUMBER_VALUE cannot be converted to Boolean"),
        type("word for a boolean", "GetItem", #"{"ConsistentRead": "maybe"}"#, "Unexpected token received from parser"),
        type("text for a map", "GetItem", #"{"Key": "x"}"#, "Unexpected field type"),
        type(
            "list for a map", "GetItem", #"{"Key": []}"#,
            "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
        ),
        type("text for a value", "GetItem", #"{"Key": {"a": "x"}}"#, "Unexpected value type in payload"),
        type(
            "list for a value", "GetItem", #"{"Key": {"a": []}}"#,
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
        type("number within S", "GetItem", #"{"Key": {"a": {"S": 1}}}"#, "NUMBER_VALUE cannot be converted to String"),
        type("number within N", "GetItem", #"{"Key": {"a": {"N": 1}}}"#, "NUMBER_VALUE cannot be converted to String"),
        type("text within SS", "GetItem", #"{"Key": {"a": {"SS": "x"}}}"#, "Unexpected field type"),
        type(
            "map within L", "GetItem", #"{"Key": {"a": {"L": {}}}}"#,
            "Start of structure or map found where not expected"),
        type(
            "binary of a wrong length", "GetItem", #"{"Key": {"a": {"B": "abc"}}}"#,
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    ]

    static let rules = [
        RefusalRow("nothing", "GetItem", "{}", constraint(absent("key"), absent("tableName"))),
        RefusalRow("no item", "PutItem", #"{"TableName": "Things"}"#, constraint(absent("item"))),
        RefusalRow(
            "null counts as absent", "PutItem", #"{"TableName": "Things", "Item": null}"#, constraint(absent("item"))),
        RefusalRow("no key", "DeleteItem", #"{"TableName": "Things"}"#, constraint(absent("key"))),
        RefusalRow(
            "empty name", "GetItem", #"{"TableName": "", \#(key)}"#,
            constraint(
                "Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
            )),
        RefusalRow(
            "characters of a name", "GetItem", #"{"TableName": "no/name", \#(key)}"#,
            constraint(
                "Value 'no/name' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                    + "[a-zA-Z0-9_.-]+")),
        RefusalRow(
            "unknown value", "GetItem", #"{"TableName": "Things", \#(key), "ReturnConsumedCapacity": "LOTS"}"#,
            constraint(
                "Value 'LOTS' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: "
                    + "[INDEXES, TOTAL, NONE]")),
        RefusalRow(
            "limit of a scan", "Scan", #"{"TableName": "Things", "Limit": 0}"#,
            constraint(
                "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")),
        RefusalRow(
            "segments", "Scan", #"{"TableName": "Things", "Segment": -1, "TotalSegments": 1000001}"#,
            constraint(
                "Value '1000001' at 'totalSegments' failed to satisfy constraint: Member must have value less than or equal to 1000000",
                "Value '-1' at 'segment' failed to satisfy constraint: Member must have value greater than or equal to 0"
            )),
        RefusalRow(
            "empty transaction", "TransactWriteItems", #"{"TransactItems": []}"#,
            constraint(
                "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1"
            )),
        RefusalRow(
            "long token", "TransactWriteItems",
            #"{"ClientRequestToken": "\#(String(repeating: "t", count: 37))", "TransactItems": [{"Put": {"TableName": "Things", "Item": {"pk": {"S": "a"}}}}]}"#,
            constraint(
                "Value '\(String(repeating: "t", count: 37))' at 'clientRequestToken' failed to satisfy constraint: Member must "
                    + "have length less than or equal to 36")),
        RefusalRow("no statement", "ExecuteStatement", "{}", constraint(absent("statement"))),
        RefusalRow("no stream", "DescribeStream", "{}", constraint(absent("streamArn"))),
        RefusalRow("no iterator", "GetRecords", "{}", constraint(absent("shardIterator"))),
        RefusalRow(
            "limit of records", "GetRecords", #"{"ShardIterator": "x", "Limit": 1001}"#,
            constraint(
                "Value '1001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 1000"
            )),
    ]

    static func reading(_ name: String, _ more: String, _ message: String) -> RefusalRow {
        RefusalRow(name, "Query", #"{"TableName": "Pairs", \#(more)}"#, message)
    }
    static let partition = QueryTests.partition

    static let queries = [
        reading(
            "no condition", #""Limit": 1"#,
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."),
        reading(
            "limit", #"\#(partition), "Limit": 0"#,
            "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or "
                + "equal to 1"),
        reading(
            "two attributes and an unused name",
            ##""KeyConditionExpression": "#p = x", "ExpressionAttributeNames": {"#p": "pk", "#unused": "count"}"##,
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}"),
        reading(
            "no such index", #""IndexName": "none", \#(partition)"#, "The table does not have the specified index: none"
        ),
        reading(
            "consistent read of a global index", #""IndexName": "byTeam", "ConsistentRead": true, \#(QueryTests.team)"#,
            "Consistent reads are not supported on global secondary indexes"),
        reading(
            "key of the table in an index", #""IndexName": "byTeam", \#(partition)"#,
            "Query condition missed key schema element: team"),
        reading(
            "partition key not equal",
            #""KeyConditionExpression": "pk > :p", "ExpressionAttributeValues": {":p": {"S": "p"}}"#,
            "Query key condition not supported"),
        reading(
            "no partition key",
            #""KeyConditionExpression": "sk = :p", "ExpressionAttributeValues": {":p": {"N": "1"}}"#,
            "Query condition missed key schema element: pk"),
        reading(
            "other attribute",
            #""KeyConditionExpression": "pk = :p AND more = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}"#,
            "Query condition missed key schema element: sk"),
        reading(
            "three conditions",
            #""KeyConditionExpression": "pk = :p AND sk = :n AND more = :p", "ExpressionAttributeValues": {":p": {"S": "p"}, ":n": {"N": "1"}}"#,
            "Conditions can be of length 1 or 2 only"),
        reading(
            "two conditions on one key",
            #""KeyConditionExpression": "pk = :p AND sk > :n AND sk < :n", "ExpressionAttributeValues": {":p": {"S": "p"}, ":n": {"N": "1"}}"#,
            "KeyConditionExpressions must only contain one condition per key"),
        reading(
            "OR",
            #""KeyConditionExpression": "pk = :p OR sk = :n", "ExpressionAttributeValues": {":p": {"S": "p"}, ":n": {"N": "1"}}"#,
            "Invalid operator used in KeyConditionExpression: OR"),
        reading(
            "type of the partition key",
            #""KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"N": "1"}}"#,
            "One or more parameter values were invalid: Condition parameter type does not match schema type"),
        reading(
            "type of the sort key",
            #""KeyConditionExpression": "pk = :p AND sk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}"#,
            "One or more parameter values were invalid: Condition parameter type does not match schema type"),
        reading(
            "filter of the key", #"\#(partition), "FilterExpression": "pk = :p""#,
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: pk"),
        reading(
            "starting key of another partition",
            #"\#(partition), "ExclusiveStartKey": {"pk": {"S": "q"}, "sk": {"N": "1"}}"#,
            "The provided starting key is outside query boundaries based on provided conditions"),
        reading(
            "starting key without sort key", #"\#(partition), "ExclusiveStartKey": {"pk": {"S": "p"}}"#,
            "The provided starting key is invalid"),
        reading(
            "starting key of a wrong type",
            #"\#(partition), "ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"S": "1"}}"#,
            "The provided starting key is invalid: The provided key element does not match the schema"),
        reading(
            "selection without projection", #"\#(partition), "Select": "SPECIFIC_ATTRIBUTES""#,
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"),
        reading(
            "count of some", #"\#(partition), "Select": "COUNT", "ProjectionExpression": "sk""#,
            "Cannot specify the ProjectionExpression when choosing to get only the Count"),
        reading(
            "unused value",
            #""KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}, ":q": {"S": "p"}}"#,
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:q}"),
        reading(
            "unused name", ##"\##(partition), "ExpressionAttributeNames": {"#x": "x"}"##,
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}"),
        RefusalRow(
            "segment alone", "Scan", #"{"TableName": "Things", "Segment": 0}"#,
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"
        ),
        RefusalRow(
            "segments alone", "Scan", #"{"TableName": "Things", "TotalSegments": 2}"#,
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is present"
        ),
        RefusalRow(
            "segment out of range", "Scan", #"{"TableName": "Things", "Segment": 2, "TotalSegments": 2}"#,
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than "
                + "TotalSegments: 2"),
    ]

    @Test(arguments: types + rules + queries) func `refuses`(row: RefusalRow) throws { try row.check() }

    @Test(arguments: [
        "DynamoDB_20120810.NoSuch", "DynamoDB_20120810.ListStreams", "DynamoDBStreams_20120810.GetItem", "GetItem", "",
    ]) func `knows its operations`(target: String) throws {
        let answer = try Fixture.shared.get().send(target, bytes: Array("{}".utf8))
        #expect(answer.errorType == "UnknownOperationException")
    }
}
