import Testing

/// What is said of items, keys and parameters that hold what they can't.
struct ItemRefusalTests {
    static func put(_ name: String, _ attributes: String, _ message: String, in table: String = "Things") -> RefusalRow
    {
        RefusalRow(name, "PutItem", #"{"TableName": "\#(table)", "Item": {\#(attributes)}}"#, message)
    }
    static func value(_ name: String, _ value: String, _ message: String) -> RefusalRow {
        put(name, #""pk": {"S": "x"}, "v": \#(value)"#, message)
    }
    static func get(_ name: String, _ key: String, _ message: String, in table: String = "Things") -> RefusalRow {
        RefusalRow(name, "GetItem", #"{"TableName": "\#(table)", "Key": {\#(key)}}"#, message)
    }
    static let mismatch = "The provided key element does not match the schema"
    static let invalid = "One or more parameter values were invalid: "

    static let values = [
        value(
            "no type", "{}", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        value(
            "unknown type", #"{"X": "a"}"#,
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        value(
            "two types", #"{"S": "a", "N": "1"}"#,
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
        ),
        value("NULL of false", #"{"NULL": false}"#, invalid + "Null attribute value types must have the value of true"),
        value("no strings", #"{"SS": []}"#, invalid + "An string set  may not be empty"),
        value("no numbers", #"{"NS": []}"#, invalid + "An number set  may not be empty"),
        value("no binaries", #"{"BS": []}"#, invalid + "Binary sets should not be empty"),
        value("string twice", #"{"SS": ["a", "b", "a"]}"#, invalid + "Input collection [a, b, a] contains duplicates."),
        value("number twice", #"{"NS": ["1", "1.0"]}"#, "Input collection contains duplicates"),
        value(
            "binary twice", #"{"BS": ["AQ==", "AQ=="]}"#,
            invalid + "Input collection [AQ==, AQ==]of type BS contains duplicates."),
        value(
            "nested value", #"{"L": [{"M": {"a": {}}}]}"#,
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
        value(
            "33 levels", String(repeating: #"{"L": ["#, count: 33) + String(repeating: "]}", count: 33),
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
        ),
        put("empty name", #""pk": {"S": "x"}, "": {"S": "x"}"#, invalid + "Empty attribute name"),
        put(
            "large item", #""pk": {"S": "x"}, "v": {"S": "\#(String(repeating: "x", count: 400 << 10))"}"#,
            "Item size has exceeded the maximum allowed size"),
    ]

    static let keys = [
        put("no key", #""x": {"S": "x"}"#, invalid + "Missing the key pk in the item"),
        put("no sort key", #""pk": {"S": "x"}"#, invalid + "Missing the key sk in the item", in: "Pairs"),
        put("key of another type", #""pk": {"N": "1"}"#, invalid + "Type mismatch for key pk expected: S actual: N"),
        put("key of a list", #""pk": {"L": []}"#, invalid + "Type mismatch for key pk expected: S actual: L"),
        put(
            "empty key", #""pk": {"S": ""}"#,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string "
                + "value. Key: pk"),
        put(
            "empty binary key", #""pk": {"B": ""}"#,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary "
                + "value. Key: pk", in: "Blobs"),
        put(
            "long key", #""pk": {"S": "\#(String(repeating: "x", count: 2_049))"}"#,
            invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes"),
        put(
            "index key of another type", #""pk": {"S": "x"}, "sk": {"N": "1"}, "text": {"N": "1"}"#,
            invalid + "Type mismatch for Index Key text Expected: S Actual: N IndexName: byText", in: "Pairs"),
        put(
            "empty index key", #""pk": {"S": "x"}, "sk": {"N": "1"}, "text": {"S": ""}"#,
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The "
                + "AttributeValue for a key attribute cannot contain an empty string value. IndexName: byText, IndexKey: text",
            in: "Pairs"),
        get("no key", "", mismatch), get("other key", #""x": {"S": "a"}"#, mismatch),
        get("type of the key", #""pk": {"N": "1"}"#, mismatch),
        get("one key too many", #""pk": {"S": "a"}, "sk": {"S": "a"}"#, mismatch),
        get("one key too few", #""pk": {"S": "a"}"#, mismatch, in: "Pairs"),
        get(
            "empty key", #""pk": {"S": ""}"#,
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string "
                + "value. Key: pk"),
        RefusalRow(
            "no such table", "GetItem", #"{"TableName": "Nothing", "Key": {"pk": {"S": "a"}}}"#,
            "Requested resource not found",
            type: "ResourceNotFoundException"),
        RefusalRow(
            "no such table", "DescribeTable", #"{"TableName": "Nothing"}"#,
            "Requested resource not found: Table: Nothing not found", type: "ResourceNotFoundException"),
        RefusalRow(
            "short name", "GetItem", #"{"TableName": "ab", "Key": {"pk": {"S": "a"}}}"#,
            "TableName must be at least 3 characters long and at most 255 characters long"),
    ]

    static let mixes = [
        RefusalRow(
            "key by update", "UpdateItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET pk = :v", "ExpressionAttributeValues": {":v": {"S": "b"}}}"#,
            invalid + "Cannot update attribute pk. This attribute is part of the key"),
        RefusalRow(
            "path within a key", "GetItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "ProjectionExpression": "pk.x"}"#,
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk"),
        RefusalRow(
            "old and new parameters", "GetItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "ProjectionExpression": "n", "AttributesToGet": ["n"]}"#,
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
                + "{AttributesToGet} Expression parameters: {ProjectionExpression}"),
        RefusalRow(
            "names without an expression", "GetItem",
            ##"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "ExpressionAttributeNames": {"#a": "n"}}"##,
            "ExpressionAttributeNames can only be specified when using expressions"),
        RefusalRow(
            "values without an expression", "DeleteItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "ExpressionAttributeValues": {":a": {"S": "n"}}}"#,
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"),
        RefusalRow(
            "name without its mark", "GetItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "ProjectionExpression": "n", "ExpressionAttributeNames": {"a": "n"}}"#,
            #"ExpressionAttributeNames contains invalid key: Syntax error; key: "a""#),
        RefusalRow(
            "new values of a put", "PutItem",
            #"{"TableName": "Things", "Item": {"pk": {"S": "a"}}, "ReturnValues": "ALL_NEW"}"#,
            "ReturnValues can only be ALL_OLD or NONE"),
        RefusalRow(
            "exists with a value", "DeleteItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "Expected": {"n": {"Exists": false, "Value": {"N": "1"}}}}"#,
            invalid + "Value cannot be used when Exists is false for Attribute: n"),
        RefusalRow(
            "operator without a value", "DeleteItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "Expected": {"n": {"ComparisonOperator": "EQ"}}}"#,
            invalid + "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: n"),
        RefusalRow(
            "two values to equal", "DeleteItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "Expected": {"n": {"ComparisonOperator": "EQ", "AttributeValueList": [{"N": "1"}, {"N": "2"}]}}}"#,
            invalid + "Invalid number of argument(s) for the EQ ComparisonOperator"),
        RefusalRow(
            "same key twice", "BatchGetItem",
            #"{"RequestItems": {"Things": {"Keys": [{"pk": {"S": "a"}}, {"pk": {"S": "a"}}]}}}"#,
            "Provided list of item keys contains duplicates"),
        RefusalRow(
            "same item twice", "BatchWriteItem",
            #"{"RequestItems": {"Things": [{"DeleteRequest": {"Key": {"pk": {"S": "a"}}}}, {"PutRequest": {"Item": {"pk": {"S": "a"}}}}]}}"#,
            "Provided list of item keys contains duplicates"),
        RefusalRow(
            "nothing to write", "BatchWriteItem", #"{"RequestItems": {}}"#,
            "The requestItems parameter is required for BatchWriteItem"),
        RefusalRow(
            "same item twice", "TransactWriteItems",
            #"{"TransactItems": [{"Delete": {"TableName": "Things", "Key": {"pk": {"S": "a"}}}}, {"Put": {"TableName": "Things", "Item": {"pk": {"S": "a"}}}}]}"#,
            "Transaction request cannot include multiple operations on one item"),
        RefusalRow(
            "two actions in one", "TransactWriteItems",
            #"{"TransactItems": [{"Delete": {"TableName": "Things", "Key": {"pk": {"S": "a"}}}, "Put": {"TableName": "Things", "Item": {"pk": {"S": "a"}}}}]}"#,
            "TransactItems can only contain one of Check, Put, Update or Delete"),
    ]

    @Test(arguments: values + keys + mixes) func `refuses`(row: RefusalRow) throws { try row.check() }
}
