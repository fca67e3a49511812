import JSON
import Testing

/// What conditions say of the item `rich`, over the wire: as a condition of a write, and as a filter of a scan.
struct ConditionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expression: String
        var values: String
        var holds: Bool

        init(_ expression: String, _ values: String = "{}", _ holds: Bool) {
            testDescription = "\(expression) \(values)"
            self.expression = expression
            self.values = values
            self.holds = holds
        }

        /// The parameters that the expression needs.
        func parameters(_ name: String) throws -> String {
            var parts = [#""\#(name)": "\#(expression)""#]
            let names = ["#n", "#s", "#l", "#m", "#t", "#z"].filter { expression.contains($0) }
            if !names.isEmpty {
                parts.append(
                    #""ExpressionAttributeNames": {\#(names.map { #""\#($0)": "\#($0.dropFirst())""# }.joined(separator: ", "))}"#
                )
            }
            if values != "{}" { parts.append(#""ExpressionAttributeValues": \#(try dynamo(values))"#) }
            return parts.joined(separator: ", ")
        }
    }

    static let comparisons = [
        Row("n = :v", #"{":v": 5}"#, true), Row("n = :v", #"{":v": 5.0}"#, true),
        Row("n = :v", #"{":v": 50E-1}"#, true),
        Row("n = :v", #"{":v": "5"}"#, false), Row("n <> :v", #"{":v": 5}"#, false),
        Row("n <> :v", #"{":v": "5"}"#, true),
        Row("n < :v", #"{":v": 6}"#, true), Row("n < :v", #"{":v": 5}"#, false), Row("n <= :v", #"{":v": 5}"#, true),
        Row("n > :v", #"{":v": 4}"#, true), Row("n > :v", #"{":v": 5}"#, false), Row("n >= :v", #"{":v": 5}"#, true),
        Row("n >= :v", #"{":v": 6}"#, false), Row("n > :v", #"{":v": "a"}"#, false),
        Row("n < :v", #"{":v": "a"}"#, false),
        Row("s = :v", #"{":v": "hello"}"#, true), Row("s < :v", #"{":v": "help"}"#, true),
        Row("s > :v", #"{":v": "Hello"}"#, true), Row("s <= :v", #"{":v": "hello"}"#, true),
        Row("b = :v", #"{":v": {"$b": "AQI="}}"#, true), Row("b < :v", #"{":v": {"$b": "AQM="}}"#, true),
        Row("b > :v", #"{":v": {"$b": "AQI="}}"#, false), Row("t = :v", #"{":v": true}"#, true),
        Row("t = :v", #"{":v": false}"#, false), Row("z = :v", #"{":v": null}"#, true),
        Row("z = :v", #"{":v": false}"#, false),
        Row("l = :v", #"{":v": [1, "two", [3]]}"#, true), Row("l = :v", #"{":v": [1, "two"]}"#, false),
        Row("m = :v", #"{":v": {"k": "v", "n": {"o": 7}}}"#, true), Row("m = :v", #"{":v": {"k": "v"}}"#, false),
        Row("ss = :v", #"{":v": {"$ss": ["y", "x"]}}"#, true), Row("ss = :v", #"{":v": {"$ss": ["x"]}}"#, false),
        Row("ns = :v", #"{":v": {"$ns": ["2.0", "1"]}}"#, true),
        Row("bs = :v", #"{":v": {"$bs": ["Ag==", "AQ=="]}}"#, true),
        Row("ss = :v", #"{":v": ["x", "y"]}"#, false), Row("e = :v", #"{":v": ""}"#, true),
        Row("absent = :v", #"{":v": 1}"#, false), Row("absent <> :v", #"{":v": 1}"#, true),
        Row("absent < :v", #"{":v": 1}"#, false), Row("absent = gone", "{}", false), Row("absent <> gone", "{}", true),
        Row(":v = n", #"{":v": 5}"#, true), Row(":v < n", #"{":v": 4}"#, true), Row(":v >= n", #"{":v": 4}"#, false),
        Row("n = m.n.o", "{}", false), Row("n < m.n.o", "{}", true), Row("m.k = :v", #"{":v": "v"}"#, true),
        Row("l[0] = :v", #"{":v": 1}"#, true), Row("l[1] = :v", #"{":v": "two"}"#, true),
        Row("l[2][0] = :v", #"{":v": 3}"#, true), Row("l[3] = :v", #"{":v": 3}"#, false),
        Row("l.x = :v", #"{":v": 3}"#, false),
        Row("m[0] = :v", #"{":v": "v"}"#, false), Row("#m.#n.o = :v", #"{":v": 7}"#, true),
    ]

    static let combined = [
        Row("n BETWEEN :a AND :b", #"{":a": 5, ":b": 6}"#, true),
        Row("n BETWEEN :a AND :b", #"{":a": 1, ":b": 5}"#, true),
        Row("n BETWEEN :a AND :b", #"{":a": 6, ":b": 9}"#, false),
        Row("s BETWEEN :a AND :b", #"{":a": "h", ":b": "i"}"#, true),
        Row("absent BETWEEN :a AND :b", #"{":a": 1, ":b": 9}"#, false),
        Row("s BETWEEN :a AND :b", #"{":a": 1, ":b": 9}"#, false),
        Row("n IN (:a, :b)", #"{":a": 4, ":b": 5}"#, true), Row("n IN (:a)", #"{":a": 4}"#, false),
        Row("n IN (:a, m.n.o)", #"{":a": 5}"#, true), Row("s IN (:a, :b)", #"{":a": 5, ":b": "hello"}"#, true),
        Row("absent IN (:a)", #"{":a": 4}"#, false), Row("NOT n = :v", #"{":v": 5}"#, false),
        Row("NOT n = :v", #"{":v": 6}"#, true),
        Row("NOT NOT n = :v", #"{":v": 5}"#, true), Row("n = :v AND t = :t", #"{":v": 5, ":t": true}"#, true),
        Row("n = :v AND t = :t", #"{":v": 5, ":t": false}"#, false),
        Row("n = :v OR t = :t", #"{":v": 6, ":t": true}"#, true),
        Row("n = :v OR t = :t", #"{":v": 6, ":t": false}"#, false),
        Row("n = :v OR n = :w AND t = :t", #"{":v": 5, ":w": 6, ":t": false}"#, true),
        Row("(n = :v OR n = :w) AND t = :t", #"{":v": 5, ":w": 6, ":t": false}"#, false),
        Row("NOT n = :w AND t = :t", #"{":w": 6, ":t": true}"#, true),
        Row("NOT (n = :v OR t = :t)", #"{":v": 5, ":t": true}"#, false),
        Row("n = :v and t = :t", #"{":v": 5, ":t": true}"#, true),
        Row("n between :a and :b", #"{":a": 5, ":b": 6}"#, true),
        Row("n in (:a) or not n = :a", #"{":a": 4}"#, true),
    ]

    static let functions = [
        Row("attribute_exists(n)", "{}", true), Row("attribute_exists(absent)", "{}", false),
        Row("attribute_exists(z)", "{}", true), Row("attribute_exists(m.n.o)", "{}", true),
        Row("attribute_exists(m.n.p)", "{}", false), Row("attribute_exists(l[2])", "{}", true),
        Row("attribute_exists(l[3])", "{}", false), Row("attribute_not_exists(absent)", "{}", true),
        Row("attribute_not_exists(n)", "{}", false), Row("attribute_not_exists(n.x)", "{}", true),
        Row("attribute_type(n, :v)", #"{":v": "N"}"#, true), Row("attribute_type(n, :v)", #"{":v": "S"}"#, false),
        Row("attribute_type(s, :v)", #"{":v": "S"}"#, true), Row("attribute_type(b, :v)", #"{":v": "B"}"#, true),
        Row("attribute_type(t, :v)", #"{":v": "BOOL"}"#, true), Row("attribute_type(z, :v)", #"{":v": "NULL"}"#, true),
        Row("attribute_type(l, :v)", #"{":v": "L"}"#, true), Row("attribute_type(m, :v)", #"{":v": "M"}"#, true),
        Row("attribute_type(ss, :v)", #"{":v": "SS"}"#, true), Row("attribute_type(ns, :v)", #"{":v": "NS"}"#, true),
        Row("attribute_type(bs, :v)", #"{":v": "BS"}"#, true),
        Row("attribute_type(absent, :v)", #"{":v": "S"}"#, false),
        Row("begins_with(s, :v)", #"{":v": "he"}"#, true), Row("begins_with(s, :v)", #"{":v": "hello!"}"#, false),
        Row("begins_with(s, :v)", #"{":v": ""}"#, true), Row("begins_with(b, :v)", #"{":v": {"$b": "AQ=="}}"#, true),
        Row("begins_with(n, :v)", #"{":v": "5"}"#, false), Row("begins_with(absent, :v)", #"{":v": "x"}"#, false),
        Row("contains(s, :v)", #"{":v": "ell"}"#, true), Row("contains(s, :v)", #"{":v": "elo"}"#, false),
        Row("contains(s, :v)", #"{":v": 1}"#, false), Row("contains(b, :v)", #"{":v": {"$b": "Ag=="}}"#, true),
        Row("contains(ss, :v)", #"{":v": "x"}"#, true), Row("contains(ss, :v)", #"{":v": "z"}"#, false),
        Row("contains(ns, :v)", #"{":v": 2}"#, true), Row("contains(bs, :v)", #"{":v": {"$b": "AQ=="}}"#, true),
        Row("contains(l, :v)", #"{":v": "two"}"#, true), Row("contains(l, :v)", #"{":v": [3]}"#, true),
        Row("contains(l, :v)", #"{":v": 3}"#, false), Row("contains(m, :v)", #"{":v": "k"}"#, false),
        Row("contains(s, e)", "{}", true), Row("size(s) = :v", #"{":v": 5}"#, true),
        Row("size(b) = :v", #"{":v": 2}"#, true),
        Row("size(l) = :v", #"{":v": 3}"#, true), Row("size(m) = :v", #"{":v": 2}"#, true),
        Row("size(ss) = :v", #"{":v": 2}"#, true),
        Row("size(ns) >= :v", #"{":v": 2}"#, true), Row("size(bs) < :v", #"{":v": 2}"#, false),
        Row("size(e) = :v", #"{":v": 0}"#, true),
        Row("size(n) = :v", #"{":v": 1}"#, false), Row("size(absent) = :v", #"{":v": 0}"#, false),
        Row("size(m.k) = :v", #"{":v": 1}"#, true), Row("size(l) BETWEEN :a AND :b", #"{":a": 1, ":b": 3}"#, true),
        Row("size(s) = size(l)", "{}", false), Row(":v IN (size(l), n)", #"{":v": 3}"#, true),
    ]

    static let rows = comparisons + combined + functions

    @Test(arguments: rows) func `holds as the condition of a write`(row: Row) throws {
        let service = try Fixture.shared.get()
        let answer = service.call(
            "TransactWriteItems",
            #"""
            {"TransactItems": [{"ConditionCheck": {"TableName": "Things", "Key": {"pk": {"S": "rich"}},
             \#(try row.parameters("ConditionExpression"))}}]}
            """#)
        #expect(answer.status == (row.holds ? 200 : 400), "\(answer)")
        if !row.holds { #expect(answer.body["CancellationReasons"]?[0]?["Code"] == "ConditionalCheckFailed") }
    }

    @Test(arguments: rows) func `holds as the filter of a scan`(row: Row) throws {
        let body = try Fixture.shared.get().expect(
            "Scan", #"{"TableName": "Things", \#(try row.parameters("FilterExpression"))}"#)
        let found = body["Items"]?.array?.contains { $0["pk"]?["S"] == "rich" }
        #expect(found == row.holds)
        #expect(body["ScannedCount"] == 3)
    }
}
