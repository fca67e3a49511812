import JSON
import Testing

/// PartiQL: what statements find, change and refuse.
struct StatementTests {
    /// Sort keys found in the table `Pairs`.
    static let selections: [(statement: String, parameters: String, found: [Int])] = [
        ("SELECT * FROM Pairs WHERE pk = 'p'", "", Array(1...9)),
        (#"SELECT * FROM "Pairs" WHERE "pk" = 'q'"#, "", [-1]),
        ("select * from Pairs where pk = 'p' and sk = 4", "", [4]),
        ("SELECT * FROM Pairs WHERE pk = ? AND sk > ?", #"{"S": "p"}, {"N": "7"}"#, [8, 9]),
        ("SELECT * FROM Pairs WHERE 'p' = pk AND sk BETWEEN 2 AND 4", "", [2, 3, 4]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND sk <= 2", "", [1, 2]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND sk >= 8", "", [8, 9]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND sk < 2", "", [1]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND sk <> 5 AND more < 7 AND more > 3", "", [4, 6]),
        ("SELECT * FROM Pairs WHERE pk = 'p' ORDER BY sk DESC", "", Array((1...9).reversed())),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND more IN [2, 3]", "", [2, 3]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND more IN (2, 3)", "", [2, 3]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND NOT (more > 2)", "", [1, 2]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND (sk = 1 OR sk = 9)", "", [1, 9]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND begins_with(note, 'n3')", "", [3]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND contains(note, '7')", "", [7]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND size(note) = 2 AND sk = 1", "", [1]),
        ("SELECT * FROM Pairs WHERE note IS MISSING", "", [-1]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND note IS NOT MISSING AND sk < 3", "", [1, 2]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND note IS NULL", "", []),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND note IS NOT NULL AND sk = 3", "", [3]),
        ("SELECT * FROM Pairs.byTeam WHERE team = 'even'", "", [2, 4, 6, 8]),
        (#"SELECT * FROM "Pairs"."byTeam" WHERE team = 'odd' AND rank > 50"#, "", [7, 9]),
        ("SELECT * FROM Pairs.byText WHERE pk = 'p' AND text = 't1'", "", [9]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND sk NOT IN (1, 2, 3, 4, 5, 6)", "", [7, 8, 9]),
        ("SELECT * FROM Pairs WHERE pk = 'p' AND sk = -1", "", []),
        ("SELECT * FROM Pairs WHERE pk = 'nobody';", "", []),
    ]

    @Test(arguments: selections) func `selects`(row: (statement: String, parameters: String, found: [Int])) throws {
        let body = try Fixture.shared.get().expect("ExecuteStatement", Self.request(row.statement, row.parameters))
        #expect(body["Items"]?.array?.compactMap { $0["sk"]?["N"]?.string }.compactMap { Int($0) } == row.found)
    }

    static func request(_ statement: String, _ parameters: String = "", more: String = "") -> String {
        let parameters = parameters.isEmpty ? "" : #", "Parameters": [\#(parameters)]"#
        return #"{"Statement": \#(JSONValue.string(statement).compactText)\#(parameters)\#(more)}"#
    }

    static let projections = [
        ("SELECT n, s FROM Things WHERE pk = 'rich'", #"{"n": 5, "s": "hello"}"#),
        ("SELECT m.n.o FROM Things WHERE pk = 'rich'", #"{"o": 7}"#),
        ("SELECT l[1] FROM Things WHERE pk = 'rich'", #"{"l": "two"}"#),
        ("SELECT n AS number FROM Things WHERE pk = 'rich'", #"{"number": 5}"#),
        ("SELECT absent FROM Things WHERE pk = 'rich'", "{}"),
    ]

    @Test(arguments: projections) func `shows`(statement: String, item: String) throws {
        let body = try Fixture.shared.get().expect("ExecuteStatement", Self.request(statement))
        #expect(try body["Items"]?[0].map(plain) == json(item))
    }

    @Test func `pages`() throws {
        let service = try Fixture.shared.get()
        var (found, token) = ([String](), "")
        repeat {
            let body = try service.expect(
                "ExecuteStatement", Self.request("SELECT * FROM Pairs WHERE pk = 'p'", more: #", "Limit": 4\#(token)"#))
            found += body["Items"]?.array?.compactMap { $0["sk"]?["N"]?.string } ?? []
            guard let next = body["NextToken"] else { break }
            token = #", "NextToken": \#(next.compactText)"#
        } while found.count < 20
        #expect(found == (1...9).map { String($0) })
    }

    /// What a statement makes of `{"pk": "k", "n": 1, "s": {"$ss": ["x", "y"]}, "l": [1]}`.
    static let alterations: [(statement: String, parameters: String, after: String?)] = [
        ("UPDATE Things SET n = 2 WHERE pk = 'k'", "", #"{"n": 2, "s": {"$ss": ["x", "y"]}, "l": [1]}"#),
        (
            "UPDATE Things SET n = n + 4 SET a = 'it''s' WHERE pk = 'k'", "",
            #"{"n": 5, "a": "it's", "s": {"$ss": ["x", "y"]}, "l": [1]}"#
        ),
        (
            "UPDATE Things SET n = n - ?, a = ? WHERE pk = ?", #"{"N": "3"}, {"BOOL": true}, {"S": "k"}"#,
            #"{"n": -2, "a": true, "s": {"$ss": ["x", "y"]}, "l": [1]}"#
        ),
        ("UPDATE Things REMOVE n REMOVE l WHERE pk = 'k'", "", #"{"s": {"$ss": ["x", "y"]}}"#),
        (
            "UPDATE Things SET s = set_add(s, <<'z'>>) WHERE pk = 'k'", "",
            #"{"n": 1, "s": {"$ss": ["x", "y", "z"]}, "l": [1]}"#
        ),
        (
            "UPDATE Things SET s = set_delete(s, <<'x'>>) WHERE pk = 'k'", "",
            #"{"n": 1, "s": {"$ss": ["y"]}, "l": [1]}"#
        ),
        (
            "UPDATE Things SET l = list_append(l, [2, null]) WHERE pk = 'k'", "",
            #"{"n": 1, "s": {"$ss": ["x", "y"]}, "l": [1, 2, null]}"#
        ),
        (
            "UPDATE Things SET m = {'a': {'b': [true, 1.5e3]}} REMOVE s, l WHERE pk = 'k' AND n = 1", "",
            #"{"n": 1, "m": {"a": {"b": [true, 1500]}}}"#
        ),
        ("DELETE FROM Things WHERE pk = 'k'", "", nil), ("DELETE FROM Things WHERE pk = 'k' AND n = 1", "", nil),
        ("DELETE FROM Things WHERE pk = 'other'", "", #"{"n": 1, "s": {"$ss": ["x", "y"]}, "l": [1]}"#),
    ]

    @Test(arguments: alterations) func `changes`(row: (statement: String, parameters: String, after: String?)) throws {
        let service = try TestService.withTables()
        try service.put(#"{"pk": "k", "n": 1, "s": {"$ss": ["x", "y"]}, "l": [1]}"#)
        try service.expect("ExecuteStatement", Self.request(row.statement, row.parameters))
        var expected = try row.after.map { try #require(try json($0).object) }
        expected?["pk"] = "k"
        #expect(try service.item(#"{"pk": "k"}"#) == expected.map { .object($0) })
    }

    @Test func `inserts once`() throws {
        let service = try TestService.withTables()
        let request = Self.request("INSERT INTO Things VALUE {'pk': 'k', 'n': ?, 's': <<1, 2>>}", #"{"N": "1"}"#)
        try service.expect("ExecuteStatement", request)
        #expect(try service.item(#"{"pk": "k"}"#) == json(#"{"pk": "k", "n": 1, "s": {"$ns": ["1", "2"]}}"#))
        let answer = service.call("ExecuteStatement", request)
        #expect(answer.errorType == "DuplicateItemException")
        #expect(answer.message == "Duplicate primary key exists in table")
    }

    @Test func `returns what it is asked for`() throws {
        let service = try TestService.withTables()
        try service.put(#"{"pk": "k", "n": 1}"#)
        let updated = try service.expect(
            "ExecuteStatement", Self.request("UPDATE Things SET n = 2 WHERE pk = 'k' RETURNING MODIFIED NEW *"))
        #expect(updated["Items"] == [["n": ["N": "2"]]])
        let deleted = try service.expect(
            "ExecuteStatement", Self.request("DELETE FROM Things WHERE pk = 'k' RETURNING ALL OLD *"))
        #expect(deleted["Items"] == [["pk": ["S": "k"], "n": ["N": "2"]]])
    }

    static let malformed = "Statement wasn't well formed, can't be processed: "
    static let keyMissing = "Where clause does not contain a mandatory equality on all key attributes"
    static func refusal(_ statement: String, _ message: String, type: String = "ValidationException") -> RefusalRow {
        RefusalRow(statement, "ExecuteStatement", request(statement), message, type: type)
    }
    static let refusals = [
        refusal("SELEC * FROM Things", malformed + "Expected SELECT, INSERT, UPDATE, DELETE or EXISTS, found SELEC"),
        refusal("SELECT * Things", malformed + "Expected FROM, found Things"),
        refusal("SELECT * FROM Things WHERE", malformed + "Expected identifier, found end of statement"),
        refusal("SELECT * FROM Things WHERE pk = 'a", malformed + "Unexpected end of statement in a quoted text"),
        refusal("SELECT * FROM Things WHERE pk", malformed + "Expected an operator, found end of statement"),
        refusal("SELECT * FROM Things WHERE pk = 'a' pk", malformed + "Unexpected term after the statement, found pk"),
        refusal("SELECT * FROM Things WHERE pk = ?", "Number of parameters in request and statement don't match."),
        refusal("INSERT INTO Things VALUE 'x'", malformed + "Expected a map of attributes after VALUE"),
        refusal("UPDATE Things WHERE pk = 'a'", malformed + "Expected SET or REMOVE, found WHERE"),
        refusal("UPDATE Things SET n = 1 WHERE n = 1", keyMissing),
        refusal("DELETE FROM Pairs WHERE pk = 'p'", keyMissing),
        refusal("SELECT * FROM Nothing", "Requested resource not found", type: "ResourceNotFoundException"),
        refusal("SELECT * FROM Things.none WHERE pk = 'a'", "The table does not have the specified index"),
        refusal(
            "UPDATE Things SET n = 1 WHERE pk = 'nobody'", "The conditional request failed",
            type: "ConditionalCheckFailedException"),
        refusal(
            "DELETE FROM Things WHERE pk = 'a' AND n = 99", "The conditional request failed",
            type: "ConditionalCheckFailedException"),
        refusal(
            "SELECT * FROM Pairs ORDER BY sk",
            "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."),
    ]

    @Test(arguments: refusals) func `refuses`(row: RefusalRow) throws { try row.check() }

    @Test func `answers each of a batch`() throws {
        let service = try TestService.withTables()
        try service.put(#"{"pk": "a", "n": 1}"#)
        let body = try service.expect(
            "BatchExecuteStatement",
            #"""
            {"Statements": [{"Statement": "INSERT INTO Things VALUE {'pk': 'a'}"}, {"Statement": "UPDATE Things SET n = 2 WHERE pk = 'a'"},
             {"Statement": "INSERT INTO Nothing VALUE {'pk': 'a'}"}, {"Statement": "DELETE FROM Things WHERE n = 1"}]}
            """#)
        let codes = body["Responses"]?.array?.map { $0["Error"]?["Code"]?.string }
        #expect(codes == ["DuplicateItem", nil, "ResourceNotFound", "ValidationError"])
        let read = try service.expect(
            "BatchExecuteStatement",
            #"{"Statements": [{"Statement": "SELECT n FROM Things WHERE pk = 'a'"}, {"Statement": "SELECT * FROM Things WHERE pk = 'b'"}]}"#
        )
        #expect(read["Responses"] == [["Item": ["n": ["N": "2"]], "TableName": "Things"], ["TableName": "Things"]])
    }

    @Test func `does all of a transaction or none`() throws {
        let service = try TestService.withTables()
        try service.put(#"{"pk": "a", "n": 1}"#)
        let failed = service.call(
            "ExecuteTransaction",
            #"{"TransactStatements": [{"Statement": "UPDATE Things SET n = 2 WHERE pk = 'a'"}, {"Statement": "INSERT INTO Things VALUE {'pk': 'a2'}"}, {"Statement": "EXISTS(SELECT * FROM Things WHERE pk = 'gone')"}]}"#
        )
        #expect(failed.errorType == "TransactionCanceledException")
        #expect(
            failed.body["CancellationReasons"]?.array?.map { $0["Code"]?.string } == [
                "None", "None", "ConditionalCheckFailed",
            ])
        #expect(try service.item(#"{"pk": "a"}"#) == ["pk": "a", "n": 1])
        #expect(try service.item(#"{"pk": "a2"}"#) == nil)
        try service.expect(
            "ExecuteTransaction",
            #"{"TransactStatements": [{"Statement": "UPDATE Things SET n = 2 WHERE pk = 'a'"}, {"Statement": "INSERT INTO Things VALUE {'pk': 'a2'}"}]}"#
        )
        let read = try service.expect(
            "ExecuteTransaction",
            #"{"TransactStatements": [{"Statement": "SELECT * FROM Things WHERE pk = 'a'"}, {"Statement": "SELECT * FROM Things WHERE pk = 'zz'"}]}"#
        )
        #expect(read["Responses"] == [["Item": ["pk": ["S": "a"], "n": ["N": "2"]]], [:]])
    }
}
