import AWSServices
import HTTPTransport
import Items
import JSON
import Services
import Testing

struct DynamoDBReadsTests {
    static let votings = TableName(rawValue: "Votings")
    static let users = TableName(rawValue: "Users")
    static func key(_ partition: String, in table: TableName = votings) -> ItemKey { ItemKey(table, partition, "META") }
    static func stored(_ partition: String) -> JSONValue {
        ["pk": ["S": .string(partition)], "sk": ["S": "META"], "count": ["N": "1"]]
    }
    static func item(_ partition: String) -> Item { ["pk": .string(partition), "sk": "META", "count": 1] }

    @Test func `no key is no call`() async throws {
        let client = FakeHTTPClient([])
        #expect(try await store(client).items(at: []) == [])
        #expect(client.requests.isEmpty)
    }

    @Test func `one key is a consistent GetItem, signed`() async throws {
        let client = FakeHTTPClient([.response(200, ["Item": Self.stored("a")]), .response(200, [:])])
        let store = store(client)
        #expect(try await store.item(at: Self.key("a")) == Self.item("a"))
        #expect(try await store.item(at: Self.key("b")) == nil)
        #expect(client.operations == ["GetItem", "GetItem"])
        #expect(
            client.bodies[0] == [
                "TableName": "bundle-Votings", "Key": ["pk": ["S": "a"], "sk": ["S": "META"]], "ConsistentRead": true,
            ])
        let request = client.requests[0]
        #expect(request.url == "http://127.0.0.1:4566/")
        let authorization = request.headers.first { $0.name == "Authorization" }?.value
        #expect(
            authorization?.hasPrefix(
                "AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-central-1/dynamodb/aws4_request, "
                    + "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=") == true)
    }

    @Test func `several keys come back in their order, over tables`() async throws {
        let client = FakeHTTPClient([
            .response(
                200,
                [
                    "Responses": [
                        "bundle-Votings": [Self.stored("c"), Self.stored("a")], "bundle-Users": [Self.stored("a")],
                    ], "UnprocessedKeys": [:],
                ])
        ])
        let keys = [Self.key("a"), Self.key("b"), Self.key("c"), Self.key("a", in: Self.users)]
        #expect(
            try await store(client).items(at: keys) == [Self.item("a"), nil, Self.item("c"), Self.item("a")])
        #expect(client.operations == ["BatchGetItem"])
        #expect(client.bodies[0]["RequestItems"]?["bundle-Votings"]?["Keys"]?.array?.count == 3)
        #expect(client.bodies[0]["RequestItems"]?["bundle-Users"]?["ConsistentRead"] == true)
    }

    static func unprocessed(_ partitions: String...) -> JSONValue {
        [
            "bundle-Votings": [
                "Keys": .array(partitions.map { ["pk": ["S": .string($0)], "sk": ["S": "META"]] })
            ]
        ]
    }

    @Test func `what is left unprocessed is asked again`() async throws {
        let pauses = Pauses()
        let client = FakeHTTPClient([
            .response(
                200,
                [
                    "Responses": ["bundle-Votings": [Self.stored("a")]], "UnprocessedKeys": Self.unprocessed("b"),
                ]),
            .response(200, ["Responses": ["bundle-Votings": [Self.stored("b")]], "UnprocessedKeys": [:]]),
        ])
        #expect(
            try await store(client, pauses).items(at: [Self.key("a"), Self.key("b")]) == [
                Self.item("a"), Self.item("b"),
            ])
        #expect(
            client.bodies[1]["RequestItems"]?["bundle-Votings"]?["Keys"] == [["pk": ["S": "b"], "sk": ["S": "META"]]])
        #expect(pauses.all == [.milliseconds(50)])
    }

    @Test func `what stays unprocessed is throttled`() async throws {
        let pauses = Pauses()
        let nothing = FakeHTTPClient.Answer.response(
            200, ["Responses": [:], "UnprocessedKeys": Self.unprocessed("a", "b")])
        let client = FakeHTTPClient([nothing, nothing, nothing, nothing])
        await #expect(throws: ServiceError.throttled) {
            try await store(client, pauses).items(at: [Self.key("a"), Self.key("b")])
        }
        #expect(client.requests.count == 3)
        // Doubled, up to the ceiling, halved by the given chance.
        #expect(pauses.all == [.milliseconds(50), .milliseconds(75)])
    }

    @Test func `a snapshot is one transaction, its items in the order of their keys`() async throws {
        let client = FakeHTTPClient([
            .response(200, ["Responses": [["Item": Self.stored("b")], [:], ["Item": Self.stored("a")]]])
        ])
        let keys = [Self.key("b"), Self.key("none", in: Self.users), Self.key("a")]
        #expect(try await store(client).snapshot(of: keys) == [Self.item("b"), nil, Self.item("a")])
        #expect(client.operations == ["TransactGetItems"])
        let gets: [JSONValue] = [("Votings", "b"), ("Users", "none"), ("Votings", "a")].map { table, partition in
            [
                "Get": [
                    "TableName": .string("bundle-" + table),
                    "Key": ["pk": ["S": .string(partition)], "sk": ["S": "META"]],
                ]
            ]
        }
        #expect(client.bodies == [["TransactItems": .array(gets)]])
    }

    static func cancelled(_ codes: String...) -> FakeHTTPClient.Answer {
        .refusal(
            "TransactionCanceledException", ["CancellationReasons": .array(codes.map { ["Code": .string($0)] })])
    }
    static let snapshots = [
        FailureRow(
            testDescription: "writes under way, then none",
            answers: [
                cancelled("None", "TransactionConflict"), cancelled("ThrottlingError", "None"),
                .response(200, ["Responses": [[:], [:]]]),
            ], error: nil, calls: 3),
        FailureRow(
            testDescription: "writes under way to the end",
            answers: Array(repeating: cancelled("TransactionConflict", "None"), count: 3), error: .throttled, calls: 3),
        FailureRow(
            testDescription: "cancelled for good", answers: [cancelled("TransactionConflict", "ValidationError")],
            error: .rejected("TransactGetItems: TransactionCanceledException: "), calls: 1),
        FailureRow(
            testDescription: "an answer about something else", answers: [.response(200, ["Responses": [[:]]])],
            error: .rejected("DynamoDB sent 1 answers about 2 items"), calls: 1),
        FailureRow(
            testDescription: "unreached", answers: Array(repeating: .failure(.notSent("no")), count: 3),
            error: .unavailable("TransactGetItems: no"), calls: 3),
    ]

    @Test(arguments: snapshots) func `what comes of a snapshot`(row: FailureRow) async {
        let client = FakeHTTPClient(row.answers)
        do {
            #expect(try await store(client).snapshot(of: [Self.key("a"), Self.key("b")]) == [nil, nil])
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.requests.count == row.calls)
    }

    struct QueryRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var query: ItemQuery
        var members: JSONObject
    }
    static let base: JSONObject = [
        "TableName": "bundle-Votings", "ScanIndexForward": true, "Limit": 100, "ConsistentRead": true,
        "KeyConditionExpression": "#n0 = :v0", "ExpressionAttributeNames": ["#n0": "pk"],
        "ExpressionAttributeValues": [":v0": ["S": "P"]],
    ]
    static func with(_ changes: [(String, JSONValue?)]) -> JSONObject {
        var members = base
        for (name, value) in changes { members[name] = value }
        return members
    }
    static let sorted: JSONValue = ["#n0": "pk", "#n1": "sk"]
    static let queries = [
        QueryRow(testDescription: "a partition", query: ItemQuery(votings, partition: "P"), members: base),
        QueryRow(
            testDescription: "an empty prefix is none", query: ItemQuery(votings, partition: "P", sort: .prefix("")),
            members: base),
        QueryRow(
            testDescription: "a prefix", query: ItemQuery(votings, partition: "P", sort: .prefix("A#")),
            members: with([
                ("KeyConditionExpression", "#n0 = :v0 AND begins_with(#n1, :v1)"), ("ExpressionAttributeNames", sorted),
                ("ExpressionAttributeValues", [":v0": ["S": "P"], ":v1": ["S": "A#"]]),
            ])),
        QueryRow(
            testDescription: "from a key", query: ItemQuery(votings, partition: "P", sort: .from("A")),
            members: with([
                ("KeyConditionExpression", "#n0 = :v0 AND #n1 >= :v1"), ("ExpressionAttributeNames", sorted),
                ("ExpressionAttributeValues", [":v0": ["S": "P"], ":v1": ["S": "A"]]),
            ])),
        QueryRow(
            testDescription: "between keys of an index, newest first",
            query: ItemQuery(
                votings, index: "gsi1", partition: "P", sort: .between("A", "B"), newestFirst: true, limit: 7),
            members: with([
                ("IndexName", "gsi1"), ("ConsistentRead", nil), ("ScanIndexForward", false), ("Limit", 7),
                ("KeyConditionExpression", "#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2"),
                ("ExpressionAttributeNames", ["#n0": "gsi1pk", "#n1": "gsi1sk"]),
                ("ExpressionAttributeValues", [":v0": ["S": "P"], ":v1": ["S": "A"], ":v2": ["S": "B"]]),
            ])),
        QueryRow(
            testDescription: "filtered, after a cursor",
            query: ItemQuery(
                votings, partition: "P", filter: .all([.exists("a"), .any([.less("b", 1), .notExists("a")])]),
                after: ItemCursor(key: ["pk": "P", "sk": "Q"])),
            members: with([
                ("FilterExpression", "(attribute_exists(#n1)) AND ((#n2 < :v1) OR (attribute_not_exists(#n1)))"),
                ("ExpressionAttributeNames", ["#n0": "pk", "#n1": "a", "#n2": "b"]),
                ("ExpressionAttributeValues", [":v0": ["S": "P"], ":v1": ["N": "1"]]),
                ("ExclusiveStartKey", ["pk": ["S": "P"], "sk": ["S": "Q"]]),
            ])),
    ]

    @Test(arguments: queries) func `a query is rendered`(row: QueryRow) async throws {
        let client = FakeHTTPClient([
            .response(200, ["Items": [Self.stored("a")], "LastEvaluatedKey": ["pk": ["S": "a"]]])
        ])
        let page = try await store(client).query(row.query)
        #expect(page == ItemPage(items: [Self.item("a")], next: ItemCursor(key: ["pk": "a"])))
        #expect(client.bodies == [.object(row.members)])
    }

    @Test func `the last page has no cursor`() async throws {
        let client = FakeHTTPClient([.response(200, ["Items": []])])
        #expect(try await store(client).query(ItemQuery(Self.votings, partition: "P")) == ItemPage(items: []))
    }

    struct FailureRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [FakeHTTPClient.Answer]
        var error: ServiceError?
        var calls: Int
    }
    static let found = FakeHTTPClient.Answer.response(200, [:])
    static let busy = FakeHTTPClient.Answer.refusal("ProvisionedThroughputExceededException")
    static let lost = FakeHTTPClient.Answer.failure(.outcomeUnknown("gone"))
    static let failures = [
        FailureRow(testDescription: "busy twice, then there", answers: [busy, busy, found], error: nil, calls: 3),
        FailureRow(testDescription: "busy to the end", answers: [busy, busy, busy], error: .throttled, calls: 3),
        FailureRow(
            testDescription: "lost answers are asked again", answers: [lost, lost, found], error: nil, calls: 3),
        FailureRow(
            testDescription: "unreached",
            answers: [.failure(.notSent("no")), .failure(.notSent("no")), .failure(.notSent("no"))],
            error: .unavailable("GetItem: no"), calls: 3),
        FailureRow(
            testDescription: "the service fails",
            answers: [.response(500, [:]), .response(502, [:]), .response(500, .null)],
            error: .unavailable("GetItem: status 500"), calls: 3),
        FailureRow(
            testDescription: "not allowed is final",
            answers: [.refusal("AccessDeniedException", ["Message": "not you"])],
            error: .rejected("GetItem: AccessDeniedException: not you"), calls: 1),
        FailureRow(
            testDescription: "not valid is final",
            answers: [.refusal("ValidationException", ["message": "no such key"])],
            error: .rejected("GetItem: ValidationException: no such key"), calls: 1),
    ]

    @Test(arguments: failures) func `a failed read`(row: FailureRow) async throws {
        let client = FakeHTTPClient(row.answers)
        do {
            _ = try await store(client).item(at: Self.key("a"))
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.requests.count == row.calls)
    }

    @Test func `a table that nobody set is named`() async {
        await #expect(throws: ServiceError.rejected("no table is set for Unknown")) {
            try await store(FakeHTTPClient([])).item(at: Self.key("a", in: TableName(rawValue: "Unknown")))
        }
    }
}
