import Expressions
import Items
import Testing

struct ConditionExpressionTests {
    static let item: Item = [
        "pk": "p", "s": "hello", "n": 5, "b": .binary([1, 2, 3]), "t": true, "z": .null,
        "l": .list([1, "two", .list([3])]), "m": .map(["a": 1, "b": .map(["c": "deep"])]),
        "ss": .stringSet(["x", "y"]), "ns": .numberSet([ItemNumber(1), ItemNumber(2)]),
    ]
    static let values: [String: AttributeValue] = [
        ":1": 1, ":5": 5, ":9": 9, ":hello": "hello", ":he": "he", ":l": "l", ":x": "x", ":S": "S", ":SS": "SS",
        ":DOG": "DOG", ":two": "two", ":bin": .binary([1, 2]), ":true": true, ":null": .null,
        ":yx": .stringSet(["y", "x"]),
        ":list": .list([]), ":map": .map(["c": "deep"]),
    ]
    static let names = ["#s": "s", "#m": "m", "#status": "status"]

    static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    static func concat(_ parts: String...) -> String { parts.joined() }

    static func parse(_ text: String) throws(ExpressionError) -> ConditionExpression {
        var inputs = ExpressionInputs(names: names, values: values)
        return try ConditionExpression.parse(text, &inputs)
    }

    @Test(arguments: [
        ("s = :hello", true), (":hello = s", true), ("s <> :hello", false), ("s = n", false), ("s <> n", true),
        ("absent = gone", false), ("absent <> gone", true), ("absent < :5", false), ("NOT absent = :5", true),
        ("n < :9", true), ("n < :5", false), ("n <= :5", true), ("n > :1", true), ("n >= :9", false),
        ("n < :hello", false), ("b > :bin", true), ("n BETWEEN :1 AND :9", true), ("n between :1 and :5", true),
        ("n BETWEEN :9 AND :9", false), ("n IN (:1, :5)", true), ("n in (:1, :9)", false), ("absent IN (:1)", false),
        ("attribute_exists(s)", true), ("attribute_exists (m.b.c)", true), ("attribute_exists(m.b.d)", false),
        ("attribute_exists(l[2][0])", true), ("attribute_exists(l[3])", false), ("attribute_not_exists(l[3])", true),
        ("attribute_exists(s[0])", false), ("attribute_type(s, :S)", true), ("attribute_type(ss, :S)", false),
        ("attribute_type(ss, :SS)", true), ("begins_with(s, :he)", true), ("begins_with(s, :hello)", true),
        ("begins_with(:hello, :he)", true), ("begins_with(b, :bin)", true), ("begins_with(n, :he)", false),
        ("contains(s, :l)", true), ("contains(ss, :x)", true), ("contains(ss, :two)", false),
        ("contains(ns, :1)", true),
        ("contains(l, :two)", true), ("contains(m, :two)", false), ("size(s) = :5", true), ("size(l) < :5", true),
        ("size(n) = :5", false), (":5 = size(s)", true), ("size(:hello) = :5", true), ("ss = :yx", true),
        ("z = :null", true), ("t = :true", true), ("m.b = :map", true), ("#m.b.c <> #s", true),
        ("n = :5 AND s = :hello OR n = :9", true), ("n = :9 AND (s = :hello OR n = :5)", false),
        ("NOT n = :9 AND s = :hello", true), ("NOT (n = :5 AND s = :hello)", false), ("NOT NOT n = :5", true),
        ("(n) = (:5)", true), ("((n) = :5)", true), ("(m).a = :1", true), ("not n=:9\tAND\n s=:hello", true),
    ])
    func `holds or not`(text: String, expected: Bool) throws {
        #expect(try Self.parse(text).holds(for: Self.item) == expected)
    }

    @Test(arguments: [
        ("attribute_not_exists(pk)", true), ("attribute_exists(pk)", false), ("pk = :x", false), ("pk <> :x", true),
    ])
    func `an absent item has no attributes`(text: String, expected: Bool) throws {
        #expect(try Self.parse(text).holds(for: nil) == expected)
    }

    static let refusals: [(text: String, reason: String)] = [
        ("", "The expression can not be empty;"),
        (" ", "Syntax error; token: \"<EOF>\", near: \"\""),
        ("a", "Syntax error; token: \"<EOF>\", near: \"a\""),
        ("a-b", "Syntax error; token: \"-\", near: \"a-b\""),
        (
            "#s attribute_not_exists :x",
            "Syntax error; token: \"attribute_not_exists\", near: \"#s attribute_not_exists :x\""
        ),
        ("s:he-", "Syntax error; token: \":he\", near: \"s:he-\""),
        ("n != :5", "Syntax error; token: \"!\", near: \"n !=\""),
        ("size()", "Syntax error; token: \")\", near: \"()\""),
        ("n IN ()", "Syntax error; token: \")\", near: \"()\""),
        ("a AND :5", "Syntax error; token: \"AND\", near: \"a AND :5\""),
        ("n = :5 OR NOT :5", "Syntax error; token: \"<EOF>\", near: \":5\""),
        ("n < AND", "Syntax error; token: \"AND\", near: \"< AND\""),
        ("((n = :5))", "The expression has redundant parentheses;"),
        ("((n)) = :5", "The expression has redundant parentheses;"),
        ("n = :5 AND ((s = :he) )", "The expression has redundant parentheses;"),
        ("dog(n)", "Invalid function name; function: dog"),
        ("BEGINS_WITH(s, :he)", "Invalid function name; function: BEGINS_WITH"),
        ("if_not_exists(n, :5) = :5", "The function is not allowed in a condition expression; function: if_not_exists"),
        ("size(n)", "The function is not allowed to be used this way in an expression; function: size"),
        (
            "attribute_exists(n) = :5",
            "The function is not allowed to be used this way in an expression; function: attribute_exists"
        ),
        (
            "size(contains(s, :he)) = :5",
            "The function is not allowed to be used this way in an expression; function: contains"
        ),
        ("status = :5", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("m.Name = :5", "Attribute name is a reserved keyword; reserved keyword: Name"),
        (
            "#none = :none",
            "An expression attribute name used in the document path is not defined; attribute name: #none"
        ),
        ("n = :none", "An expression attribute value used in expression is not defined; attribute value: :none"),
        (
            "size(n, s) = :5",
            "Incorrect number of operands for operator or function; operator or function: size, number of "
                + "operands: 2"
        ),
        (
            "attribute_exists(:5)",
            "Operator or function requires a document path; operator or function: attribute_exists"
        ),
        (
            "n = n",
            "The first operand must be distinct from the remaining operands for this operator or function; "
                + "operator: =, first operand: [n]"
        ),
        (
            "contains(l[0].#s, l[0].s)",
            "The first operand must be distinct from the remaining operands for this operator or function; "
                + "operator: contains, first operand: [l, [0], s]"
        ),
        (
            "attribute_type(s, n)",
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand "
                + "type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
        ),
        (
            "attribute_type(s, :5)",
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N"
        ),
        (
            "attribute_type(s, :DOG)",
            "Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
        ),
        (
            "begins_with(s, :5)",
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
        ),
        (
            "size(:5) = :5",
            "Incorrect operand type for operator or function; operator or function: size, operand type: N"
        ),
        ("n < :list", "Incorrect operand type for operator or function; operator or function: <, operand type: L"),
        (
            "n BETWEEN :list AND :list",
            "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: L"
        ),
        (
            "n BETWEEN :9 AND :1",
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower "
                + "bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}"
        ),
        (
            "n BETWEEN :9 AND :he",
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
                + "AttributeValue: {N:9}, upper bound operand: AttributeValue: {S:he}"
        ),
        ("l[99999999999999] = :5", "List index is not within the allowable range; index: [99999999999999]"),
        (
            concat("a", repeated(".b", 32), " = :5"),
            "The document path has too many nesting levels; nesting levels: 33"
        ),
        (
            repeated("a", 4_097),
            "Expression size has exceeded the maximum allowed size; expression size: 4097"
        ),
        (
            concat("n<s", repeated(" or n<s", 150)),
            "The expression contains too many operators; operator count: 301"
        ),
        (concat(repeated("not ", 300), "n<s"), "The expression contains too many operators; operator count: 301"),
        (
            concat(repeated("(", 2_046), "a<b", repeated(")", 2_046)),
            "The expression has redundant parentheses;"
        ),
        (
            concat("n IN (", repeated(":5,", 100), ":5)"),
            "The IN operator is provided with too many operands; number of operands: 101"
        ),
    ]
    @Test(arguments: refusals)
    func `refuses in DynamoDB's words`(text: String, reason: String) {
        #expect(throws: ExpressionError("Invalid ConditionExpression: " + reason)) { try Self.parse(text) }
    }

    @Test(arguments: [
        concat("a", repeated(".b", 31), " = :5"),
        concat("n<s", repeated(" or (n<s", 149), repeated(")", 149)),
        concat("n IN (", repeated(":5,", 99), ":5)"),
        "attribute_exists(l[2147483647])",
    ])
    func `accepts what is at a bound`(text: String) throws {
        _ = try Self.parse(text)
    }

    @Test func `a filter is named in its errors`() {
        var inputs = ExpressionInputs()
        #expect(throws: ExpressionError("Invalid FilterExpression: The expression can not be empty;")) {
            try ConditionExpression.parse("", &inputs, kind: .filter)
        }
    }

    @Test func `complains about what no expression used`() throws {
        var inputs = ExpressionInputs(names: ["#a": "a", "#b": "b"], values: [":v": 1, ":w": 2])
        _ = try ConditionExpression.parse("#a = :v", &inputs)
        #expect(throws: ExpressionError("Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}"))
        {
            try inputs.checkAllUsed()
        }
        _ = try ConditionExpression.parse("#b = :v", &inputs, kind: .filter)
        #expect(
            throws: ExpressionError("Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}")
        ) {
            try inputs.checkAllUsed()
        }
        _ = try ConditionExpression.parse("#b = :w", &inputs, kind: .filter)
        try inputs.checkAllUsed()
    }
}
