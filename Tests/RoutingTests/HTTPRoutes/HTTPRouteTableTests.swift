import Routing
import Testing

struct HTTPRouteTableTests {
    private static let declared = [
        ("GET", "/"), ("GET", "/pets/dog/1"), ("GET", "/pets/dog/{id}"), ("GET", "/pets/{proxy+}"),
        ("ANY", "/{proxy+}"), ("POST", "/pets"), ("ANY", "/pets"), ("GET", "/pets/{kind}/{id}"),
        ("PUT", "/a/{x}/c"), ("PUT", "/a/b/{y}"), ("GET", "/slow/{id}/items/{rest+}"), ("ANY", "$default"),
    ]

    private static func table(_ routes: [(String, String)]) throws -> HTTPRouteTable<String> {
        var table = HTTPRouteTable<String>()
        for (method, path) in routes {
            try table.add(method: method, path: path, path == "$default" ? path : "\(method) \(path)")
        }
        return table
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var method: String, segments: [String], route: String?
        var parameters: [String] = []
        var testDescription: String { "\(method) \(segments)" }
    }
    private static let rows = [
        Row(method: "GET", segments: [""], route: "GET /"),
        Row(method: "GET", segments: ["pets", "dog", "1"], route: "GET /pets/dog/1"),
        Row(method: "GET", segments: ["pets", "dog", "2"], route: "GET /pets/dog/{id}", parameters: ["id=2"]),
        Row(
            method: "GET", segments: ["pets", "cat", "1"], route: "GET /pets/{kind}/{id}",
            parameters: ["kind=cat", "id=1"]),
        Row(method: "GET", segments: ["pets", "x"], route: "GET /pets/{proxy+}", parameters: ["proxy=x"]),
        Row(
            method: "GET", segments: ["pets", "a", "b", "c"], route: "GET /pets/{proxy+}", parameters: ["proxy=a/b/c"]),
        Row(method: "POST", segments: ["test", "5"], route: "ANY /{proxy+}", parameters: ["proxy=test/5"]),
        // A method before ANY, and ANY for the others.
        Row(method: "POST", segments: ["pets"], route: "POST /pets"),
        Row(method: "GET", segments: ["pets"], route: "ANY /pets"),
        // A route of another method is none: the greedy one takes it.
        Row(method: "POST", segments: ["pets", "dog", "1"], route: "ANY /{proxy+}", parameters: ["proxy=pets/dog/1"]),
        // Literals from the left.
        Row(method: "PUT", segments: ["a", "b", "c"], route: "PUT /a/b/{y}", parameters: ["y=c"]),
        Row(method: "PUT", segments: ["a", "z", "c"], route: "PUT /a/{x}/c", parameters: ["x=z"]),
        Row(
            method: "GET", segments: ["slow", "7", "items", "a", "b"], route: "GET /slow/{id}/items/{rest+}",
            parameters: ["id=7", "rest=a/b"]),
        // A slash inside a segment was encoded and separates nothing.
        Row(method: "GET", segments: ["pets", "dog", "a/b"], route: "GET /pets/dog/{id}", parameters: ["id=a/b"]),
        // A parameter is never empty, nor is what a greedy one takes.
        Row(method: "GET", segments: ["pets", "dog", ""], route: "GET /pets/{proxy+}", parameters: ["proxy=dog/"]),
        Row(method: "POST", segments: [""], route: "$default"),
    ]
    @Test(arguments: rows) func `the most specific route takes it`(row: Row) throws {
        let match = try Self.table(Self.declared).match(method: row.method, segments: row.segments)
        #expect(match?.target == row.route)
        #expect(match?.parameters.map { "\($0.name)=\($0.value)" } == row.parameters)
    }

    @Test func `without $default a request may find none`() throws {
        let table = try Self.table([("GET", "/pets"), ("GET", "/pets/{id}")])
        #expect(table.match(method: "GET", segments: ["pets"])?.target == "GET /pets")
        #expect(table.match(method: "POST", segments: ["pets"]) == nil)
        #expect(table.match(method: "GET", segments: ["pets", ""]) == nil)
        #expect(table.match(method: "GET", segments: ["Pets"]) == nil)
        #expect(table.match(method: "GET", segments: ["pets", "1", "2"]) == nil)
    }

    @Test(arguments: [
        ("pets", RoutePatternFailure.noSlash), ("/{a}/{a}", .repeatedName("a")), ("/{a+}/b", .greedyNotLast),
        ("/x{a}", .segment("x{a}")), ("/{}", .segment("{}")), ("/{+}", .segment("{+}")), ("/{a b}", .segment("{a b}")),
        ("/taken/{other}", .taken("/taken/{id}")), ("/rest/{other+}", .taken("/rest/{proxy+}")),
    ])
    func `paths that are refused`(path: String, failure: RoutePatternFailure) throws {
        var table = try Self.table([("GET", "/taken/{id}"), ("GET", "/rest/{proxy+}")])
        #expect(throws: failure) { try table.add(method: "GET", path: path, "new") }
    }

    @Test(arguments: [
        ("a%20b", false, "a b"), ("a+b", false, "a+b"), ("a+b", true, "a b"), ("%C3%A9", false, "é"),
        ("50%", false, "50%"),
        ("%zz", false, "%zz"), ("%2f", false, "/"), ("%ff", false, "\u{FFFD}"), ("", false, ""),
    ])
    func `percent-encoding`(text: String, plusIsSpace: Bool, decoded: String) {
        #expect(PercentEncoding.decoded(text[...], plusIsSpace: plusIsSpace) == decoded)
    }
}
