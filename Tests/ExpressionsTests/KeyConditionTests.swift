import Expressions
import Items
import Testing

struct KeyConditionTests {
    static let values: [String: AttributeValue] = [
        ":p": "part", ":1": 1, ":5": 5, ":9": 9, ":s": "so", ":list": .list([]),
    ]
    static let names = ["#p": "p", "#c": "c"]
    static let numbers = KeySchema(partition: KeyAttribute("p", .string), sort: KeyAttribute("c", .number))
    static let strings = KeySchema(partition: KeyAttribute("p", .string), sort: KeyAttribute("c", .string))
    static let alone = KeySchema(partition: KeyAttribute("p", .string))

    static func bind(_ text: String, _ schema: KeySchema) throws(ExpressionError) -> BoundKeyCondition {
        var inputs = ExpressionInputs(names: names, values: values)
        return try KeyCondition.parse(text, &inputs).bound(to: schema)
    }

    static let accepted: [(text: String, schema: KeySchema, sort: KeyTest?)] = [
        ("p = :p", numbers, nil), ("p = :p", alone, nil), (":p = #p", numbers, nil), ("(p = :p)", numbers, nil),
        ("p = :p AND c = :5", numbers, .equal(5)), ("c = :5 AND p = :p", numbers, .equal(5)),
        ("#p = :p AND #c < :5", numbers, .less(5)), ("p = :p AND c <= :5", numbers, .lessOrEqual(5)),
        ("p = :p AND c > :5", numbers, .greater(5)), ("p = :p AND c >= :5", numbers, .greaterOrEqual(5)),
        ("p = :p AND :5 < c", numbers, .greater(5)), ("p = :p AND :5 >= c", numbers, .lessOrEqual(5)),
        ("p = :p AND c BETWEEN :1 AND :9", numbers, .between(1, 9)),
        ("(p = :p) AND (c BETWEEN :1 AND :9)", numbers, .between(1, 9)),
        ("p = :p AND begins_with(c, :s)", strings, .beginsWith("so")),
        ("(begins_with(c, :s) and p = :p)", strings, .beginsWith("so")),
    ]
    @Test(arguments: accepted)
    func `tests the key`(text: String, schema: KeySchema, sort: KeyTest?) throws {
        #expect(try Self.bind(text, schema) == BoundKeyCondition(partition: "part", sort: sort))
    }

    static let refusals: [(text: String, schema: KeySchema, message: String)] = [
        ("", numbers, "Invalid KeyConditionExpression: The expression can not be empty;"),
        ("p", numbers, "Invalid KeyConditionExpression: Syntax error; token: \"<EOF>\", near: \"p\""),
        (
            "p = :q", numbers,
            "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; "
                + "attribute value: :q"
        ),
        ("p = :p OR c = :5", numbers, "Invalid operator used in KeyConditionExpression: OR"),
        ("NOT p = :p", numbers, "Invalid operator used in KeyConditionExpression: NOT"),
        ("p IN (:p)", numbers, "Invalid operator used in KeyConditionExpression: IN"),
        ("p <> :p", numbers, "Invalid operator used in KeyConditionExpression: <>"),
        ("attribute_exists(p)", numbers, "Invalid operator used in KeyConditionExpression: attribute_exists"),
        ("contains(p, :p)", numbers, "Invalid operator used in KeyConditionExpression: contains"),
        ("p = :p AND size(c) = :5", numbers, "KeyConditionExpressions cannot contain nested operations"),
        ("p = :p AND c.a = :5", numbers, "KeyConditionExpressions cannot have conditions on nested attributes"),
        (
            "p = c", numbers,
            "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
        ),
        (":p = :s", numbers, "Invalid condition in KeyConditionExpression: No key attribute specified"),
        (
            ":5 BETWEEN c AND :9", numbers,
            "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first "
                + "operand"
        ),
        (
            "begins_with(:s, c)", strings,
            "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its "
                + "first operand"
        ),
        ("p = :p AND p = :s", numbers, "KeyConditionExpressions must only contain one condition per key"),
        ("p = :p AND c = :5 AND d = :5", numbers, "Conditions can be of length 1 or 2 only"),
        ("p = :p AND c = :5", alone, "Query key condition not supported"),
        ("p < :p", numbers, "Query key condition not supported"),
        ("c = :5", numbers, "Query condition missed key schema element: p"),
        ("q = :5", numbers, "Query condition missed key schema element: p"),
        ("p = :p AND d = :5", numbers, "Query condition missed key schema element: c"),
        (
            "p = :5", numbers,
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        ),
        (
            "p = :p AND c = :s", numbers,
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        ),
    ]
    @Test(arguments: refusals)
    func `refuses in DynamoDB's words`(text: String, schema: KeySchema, message: String) {
        #expect(throws: ExpressionError(message)) { try Self.bind(text, schema) }
    }
}
