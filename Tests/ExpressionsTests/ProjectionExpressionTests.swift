import Expressions
import Items
import Testing

struct ProjectionExpressionTests {
    static let item: Item = [
        "pk": "p", "n": 5, "l": .list([1, .map(["x": 2, "y": 3]), .list([4, 5])]),
        "m": .map(["a": 1, "b": .map(["c": "deep", "d": "too"])]), "a.b": "dotted",
    ]

    static func parse(_ text: String) throws(ExpressionError) -> ProjectionExpression {
        var inputs = ExpressionInputs(names: ["#d": "a.b", "#n": "n"])
        return try ProjectionExpression.parse(text, &inputs)
    }

    static let rows: [(text: String, chosen: Item)] = [
        ("n", ["n": 5]), (" n , pk ", ["n": 5, "pk": "p"]), ("gone", [:]), ("#d", ["a.b": "dotted"]),
        ("m.a", ["m": .map(["a": 1])]), ("m.b.c, m.a", ["m": .map(["a": 1, "b": .map(["c": "deep"])])]),
        ("m.gone", [:]), ("m.b.gone", [:]), ("n.a", [:]), ("n[0]", [:]), ("l.a", [:]), ("m[0]", [:]),
        ("l[0]", ["l": .list([1])]), ("l[9]", [:]), ("l[2], l[0]", ["l": .list([1, .list([4, 5])])]),
        ("l[1].y", ["l": .list([.map(["y": 3])])]), ("l[2][1], l[1].x", ["l": .list([.map(["x": 2]), .list([5])])]),
    ]
    @Test(arguments: rows)
    func `chooses`(text: String, chosen: Item) throws {
        #expect(try Self.parse(text).apply(to: Self.item) == chosen)
    }

    static let refusals: [(text: String, reason: String)] = [
        ("", "The expression can not be empty;"),
        ("!!! INVALID !!!", "Syntax error; token: \"!\", near: \"!!\""),
        ("a,", "Syntax error; token: \"<EOF>\", near: \",\""),
        ("l[a]", "Syntax error; token: \"a\", near: \"[a]\""),
        ("l[-1]", "Syntax error; token: \"-\", near: \"[-1\""),
        ("l[]", "Syntax error; token: \"]\", near: \"[]\""),
        ("pk, status", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("#gone", "An expression attribute name used in the document path is not defined; attribute name: #gone"),
        (
            "a, b, a",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                + "path one: [a], path two: [a]"
        ),
        (
            "m.a, m",
            "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                + "path one: [m, a], path two: [m]"
        ),
        (
            "m.a, m[0]",
            "Two document paths conflict with each other; must remove or rewrite one of these paths; "
                + "path one: [m, a], path two: [m, [0]]"
        ),
    ]
    @Test(arguments: refusals)
    func `refuses in DynamoDB's words`(text: String, reason: String) {
        #expect(throws: ExpressionError("Invalid ProjectionExpression: " + reason)) { try Self.parse(text) }
    }
}
