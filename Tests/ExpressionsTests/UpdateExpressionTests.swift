import Expressions
import Items
import Testing

struct UpdateExpressionTests {
    static let key: Item = ["pk": "p"]
    static let item: Item = [
        "pk": "p", "s": "hello", "n": 5, "l": .list([1, 2, 3]), "m": .map(["a": 1, "b": .map(["c": "deep"])]),
        "ss": .stringSet(["x", "y"]), "ns": .numberSet([ItemNumber(1), ItemNumber(2)]),
    ]
    static let values: [String: AttributeValue] = [
        ":1": 1, ":2": 2, ":big": .number(ItemNumber.nines), ":s": "text", ":list": .list(["new"]), ":empty": .list([]),
        ":xz": .stringSet(["z", "x"]), ":xy": .stringSet(["x", "y"]), ":map": .map([:]), ":null": .null, ":true": true,
        ":bytes": .binary([1]), ":bs": .binarySet([[1]]),
    ]
    static let names = ["#n": "n", "#l": "l"]

    static func parse(_ text: String) throws(ExpressionError) -> UpdateExpression {
        var inputs = ExpressionInputs(names: names, values: values)
        return try UpdateExpression.parse(text, &inputs)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        /// The attributes that differ afterwards; nil for those that are gone.
        var changes: [String: AttributeValue?]
        var testDescription: String { text }

        init(_ text: String, _ changes: [String: AttributeValue?]) {
            self.text = text
            self.changes = changes
        }
    }

    static let rows = [
        Row("SET a = :s", ["a": "text"]),
        Row("  set   a=:s  ", ["a": "text"]),
        Row("SET n = n + :1, a = n - :1", ["n": 6, "a": 4]),
        Row("SET a = :1 - #n", ["a": -4]),
        Row("SET a = (:1 + :2)", ["a": 3]),
        Row("SET a = (:1) + (:2)", ["a": 3]),
        Row("SET a = s, s = n", ["a": "hello", "s": 5]),
        Row("SET s = s", [:]),
        Row("SET n = if_not_exists(n, :1), a = if_not_exists(a, :1)", ["a": 1]),
        Row("SET a = if_not_exists(a, :1) + :2", ["a": 3]),
        Row("SET a = if_not_exists(b, if_not_exists(c, :1))", ["a": 1]),
        Row("SET l = list_append(l, :list)", ["l": .list([1, 2, 3, "new"])]),
        Row("SET l = list_append(:list, #l)", ["l": .list(["new", 1, 2, 3])]),
        Row("SET a = list_append(if_not_exists(a, :empty), :list)", ["a": .list(["new"])]),
        Row("SET m.a = :s, m.b.d = :1", ["m": .map(["a": "text", "b": .map(["c": "deep", "d": 1])])]),
        Row("SET l[1] = :s", ["l": .list([1, "text", 3])]),
        Row("SET l[9] = :s", ["l": .list([1, 2, 3, "text"])]),
        Row("SET l[84] = :s, l[37] = :1, l[40] = :2", ["l": .list([1, 2, 3, 1, 2, "text"])]),
        Row("REMOVE s, a", ["s": nil]),
        Row("REMOVE m.b.c, m.x", ["m": .map(["a": 1, "b": .map([:])])]),
        Row("REMOVE l[0], l[2], l[7]", ["l": .list([2])]),
        Row("REMOVE l[0] SET l[2] = :s", ["l": .list([2, "text"])]),
        Row("REMOVE s SET a = s", ["s": nil, "a": "hello"]),
        Row("ADD n :2, a :1", ["n": 7, "a": 1]),
        Row("ADD m.a :1", ["m": .map(["a": 2, "b": .map(["c": "deep"])])]),
        Row("ADD ss :xz", ["ss": .stringSet(["x", "y", "z"])]),
        Row("ADD a :xz", ["a": .stringSet(["z", "x"])]),
        Row("DELETE ss :xz", ["ss": .stringSet(["y"])]),
        Row("DELETE ss :xy", ["ss": nil]),
        Row("DELETE a :xy", [:]),
        Row("DELETE ss :xz ADD n :1 REMOVE s SET a = :1", ["ss": .stringSet(["y"]), "n": 6, "s": nil, "a": 1]),
    ]
    @Test(arguments: rows)
    func `changes the item`(row: Row) throws {
        var expected = Self.item
        for (name, value) in row.changes { expected[name] = value }
        #expect(try Self.parse(row.text).apply(to: Self.item, key: Self.key) == expected)
    }

    @Test func `makes an item only where it sets or adds`() throws {
        #expect(try Self.parse("SET a = :1").apply(to: nil, key: Self.key) == ["pk": "p", "a": 1])
        #expect(try Self.parse("ADD a :1 REMOVE x.y").apply(to: nil, key: Self.key) == ["pk": "p", "a": 1])
        #expect(try Self.parse("REMOVE a, x.y, z[0]").apply(to: nil, key: Self.key) == nil)
        #expect(try Self.parse("DELETE a :xy").apply(to: nil, key: Self.key) == nil)
    }

    static let unsuitable: [(text: String, reason: String)] = [
        ("SET a = gone", "The provided expression refers to an attribute that does not exist in the item"),
        ("SET a = :1, b = a", "The provided expression refers to an attribute that does not exist in the item"),
        (
            "SET a = list_append(gone, :list)",
            "The provided expression refers to an attribute that does not exist in the item"
        ),
        ("SET a = s + :1", "An operand in the update expression has an incorrect data type"),
        ("SET a = list_append(s, :list)", "An operand in the update expression has an incorrect data type"),
        ("ADD s :1", "An operand in the update expression has an incorrect data type"),
        ("ADD ns :xz", "An operand in the update expression has an incorrect data type"),
        ("DELETE ns :xz", "An operand in the update expression has an incorrect data type"),
        ("SET gone.a = :1", "The document path provided in the update expression is invalid for update"),
        ("SET s.a = :1", "The document path provided in the update expression is invalid for update"),
        ("SET l.a = :1", "The document path provided in the update expression is invalid for update"),
        ("SET m[0] = :1", "The document path provided in the update expression is invalid for update"),
        ("SET l[7].a = :1", "The document path provided in the update expression is invalid for update"),
        ("REMOVE gone.a", "The document path provided in the update expression is invalid for update"),
        ("REMOVE s[0]", "The document path provided in the update expression is invalid for update"),
        (
            "SET a = n + :big",
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        ),
    ]
    @Test(arguments: unsuitable)
    func `refuses an item it does not suit`(text: String, reason: String) throws {
        let update = try Self.parse(text)
        #expect(throws: ExpressionError(reason)) { try update.apply(to: Self.item, key: Self.key) }
    }

    static let refusals: [(text: String, reason: String)] = [
        ("", "The expression can not be empty;"),
        ("INVALID SYNTAX HERE", "Syntax error; token: \"INVALID\", near: \"INVALID SYNTAX\""),
        ("ADD hits : incr", "Syntax error; token: \":\", near: \"hits : incr\""),
        ("SET a = :1, updated updated = :1", "Syntax error; token: \"updated\", near: \"updated updated =\""),
        ("SET _123 = :1", "Syntax error; token: \"_\", near: \"SET _123\""),
        ("SET a = :1 + :1 + :1", "Syntax error; token: \"+\", near: \":1 + :1\""),
        ("SET a[:1] = :1", "Syntax error; token: \":1\", near: \"[:1]\""),
        ("SET a = if_not_exists(a, :1+:2)", "Syntax error; token: \"+\", near: \":1+:2\""),
        ("SET a = :1,", "Syntax error; token: \"<EOF>\", near: \",\""),
        ("SET status = f(:1)", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("SET a = f123_hi(b)", "Invalid function name; function: f123_hi"),
        ("SET a = LIST_APPEND(b, :list)", "Invalid function name; function: LIST_APPEND"),
        (
            "SET a = list_append(list_append(:list, :list), :list)",
            "The function is not allowed to be used this way in an expression; function: list_append"
        ),
        ("SET a = :1 SET b = :2", "The \"SET\" section can only be used once in an update expression;"),
        ("set a = :1 REMOVE b set c = :2", "The \"SET\" section can only be used once in an update expression;"),
        (
            "SET #x = :x",
            "An expression attribute name used in the document path is not defined; attribute name: #x"
        ),
        (
            "SET a = if_not_exists(:x, :1)",
            "An expression attribute value used in expression is not defined; attribute value: :x"
        ),
        ("SET a = :1 REMOVE a", overlap("[a]", "[a]")),
        ("SET n = :1, #n = :1", overlap("[n]", "[n]")),
        ("SET a.b = :1, a.b.c.d = :1", overlap("[a, b]", "[a, b, c, d]")),
        ("SET a[1] = :1, a = :1", overlap("[a, [1]]", "[a]")),
        (
            "SET a.b = :1, a[1] = :1",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; "
                + "path one: [a, b], path two: [a, [1]]"
        ),
        (
            "ADD a :s",
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "ADD a :list",
            "Incorrect operand type for operator or function; operator: ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "ADD a :map",
            "Incorrect operand type for operator or function; operator: ADD, operand type: MAP, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "ADD a :null",
            "Incorrect operand type for operator or function; operator: ADD, operand type: NULL, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "ADD a :true",
            "Incorrect operand type for operator or function; operator: ADD, operand type: BOOLEAN, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "ADD a :bytes",
            "Incorrect operand type for operator or function; operator: ADD, operand type: BINARY, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        (
            "DELETE a :1",
            "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"
        ),
        (
            "SET a = list_append(:list)",
            "Incorrect number of operands for operator or function; operator or function: list_append, "
                + "number of operands: 1"
        ),
        (
            "SET a = if_not_exists(:1, :1)",
            "Operator or function requires a document path; operator or function: if_not_exists"
        ),
        (
            "SET a = if_not_exists(if_not_exists(a, :1), :1)",
            "Operator or function requires a document path; operator or function: if_not_exists"
        ),
        (
            "SET a = list_append(:list, :s)",
            "Incorrect operand type for operator or function; operator or function: list_append, operand type: S"
        ),
        (
            "SET a = :s + :1",
            "Incorrect operand type for operator or function; operator or function: +, operand type: S"
        ),
        (
            "SET a = n - :list",
            "Incorrect operand type for operator or function; operator or function: -, operand type: L"
        ),
    ]
    @Test(arguments: refusals)
    func `refuses in DynamoDB's words`(text: String, reason: String) {
        #expect(throws: ExpressionError("Invalid UpdateExpression: " + reason)) { try Self.parse(text) }
    }

    static func overlap(_ one: String, _ two: String) -> String {
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
            + "path one: \(one), path two: \(two)"
    }

    static let returned: [(text: String, old: Item, new: Item)] = [
        ("SET n = n + :1, a = :1", ["n": 5], ["n": 6, "a": 1]),
        ("REMOVE n", ["n": 5], [:]),
        ("SET m.b.c = :1", ["m": .map(["b": .map(["c": "deep"])])], ["m": .map(["b": .map(["c": 1])])]),
        (
            "SET l[1] = :s, m.a = :2", ["l": .list([2]), "m": .map(["a": 1])],
            ["l": .list(["text"]), "m": .map(["a": 2])]
        ),
        ("SET l[100] = :s", [:], [:]),
        ("REMOVE l[1]", ["l": .list([2])], ["l": .list([3])]),
        ("SET m.x = :1", [:], ["m": .map(["x": 1])]),
    ]
    @Test(arguments: returned)
    func `shows what it wrote to`(text: String, old: Item, new: Item) throws {
        let update = try Self.parse(text)
        let after = try #require(try update.apply(to: Self.item, key: Self.key))
        let written = ProjectionExpression(update.paths)
        #expect(written.apply(to: Self.item) == old)
        #expect(written.apply(to: after) == new)
    }
}

extension ItemNumber {
    /// 38 nines after the point: no whole number can be added to it.
    static let nines = (try? ItemNumber("0." + String(repeating: "9", count: 38))) ?? ItemNumber(0)
}
