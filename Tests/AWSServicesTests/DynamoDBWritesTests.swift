import AWSServices
import HTTPTransport
import Items
import JSON
import Services
import Testing

struct DynamoDBWritesTests {
    static let votings = TableName(rawValue: "Votings")
    static let key = ItemKey(votings, "a", "b")
    static let keyJSON: JSONValue = ["pk": ["S": "a"], "sk": ["S": "b"]]
    static let item: Item = ["pk": "a", "sk": "b", "n": 1]
    static let itemJSON: JSONValue = ["n": ["N": "1"], "pk": ["S": "a"], "sk": ["S": "b"]]

    struct RequestRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var write: ItemWrite
        var operation: String
        var action: String
        var members: JSONObject
    }
    static let requests = [
        RequestRow(
            testDescription: "put", write: .put(item, in: votings), operation: "PutItem", action: "Put",
            members: ["Item": itemJSON]),
        RequestRow(
            testDescription: "insert", write: .insert(item, in: votings), operation: "PutItem", action: "Put",
            members: [
                "Item": itemJSON, "ConditionExpression": "attribute_not_exists(#n0)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD", "ExpressionAttributeNames": ["#n0": "pk"],
            ]),
        RequestRow(
            testDescription: "update with each kind of change",
            write: .update(
                key, [.add("d", -2), .set("c", "x"), .remove("e"), .setIfAbsent("f", true), .set("g", .null)],
                if: .all([.equal("c", "y"), .greaterOrEqual("d", 3)])),
            operation: "UpdateItem", action: "Update",
            members: [
                "Key": keyJSON,
                "UpdateExpression": "SET #n1 = :v1, #n3 = if_not_exists(#n3, :v2), #n4 = :v3 ADD #n0 :v0 REMOVE #n2",
                "ConditionExpression": "(#n1 = :v4) AND (#n0 >= :v5)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                "ExpressionAttributeNames": ["#n0": "d", "#n1": "c", "#n2": "e", "#n3": "f", "#n4": "g"],
                "ExpressionAttributeValues": [
                    ":v0": ["N": "-2"], ":v1": ["S": "x"], ":v2": ["BOOL": true], ":v3": ["NULL": true],
                    ":v4": ["S": "y"], ":v5": ["N": "3"],
                ],
            ]),
        RequestRow(
            testDescription: "update of nothing makes the item", write: .update(key, []), operation: "UpdateItem",
            action: "Update", members: ["Key": keyJSON]),
        RequestRow(
            testDescription: "delete on each comparison",
            write: .delete(
                key, if: .any([.notEqual("c", 1), .less("c", 2), .lessOrEqual("c", 3), .greater("c", 4), .all([])])),
            operation: "DeleteItem", action: "Delete",
            members: [
                "Key": keyJSON,
                "ConditionExpression": .string(
                    "(#n0 <> :v0) OR (#n0 < :v1) OR (#n0 <= :v2) OR (#n0 > :v3) OR "
                        + "((attribute_exists(#n1)) OR (attribute_not_exists(#n1)))"),
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                "ExpressionAttributeNames": ["#n0": "c", "#n1": "pk"],
                "ExpressionAttributeValues": [
                    ":v0": ["N": "1"], ":v1": ["N": "2"], ":v2": ["N": "3"], ":v3": ["N": "4"],
                ],
            ]),
        RequestRow(
            testDescription: "a check alone is a transaction", write: .check(key, .itemPresent),
            operation: "TransactWriteItems", action: "ConditionCheck",
            members: [
                "Key": keyJSON, "ConditionExpression": "attribute_exists(#n0)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD", "ExpressionAttributeNames": ["#n0": "pk"],
            ]),
    ]

    @Test(arguments: requests) func `a write is rendered alone and in a transaction`(row: RequestRow) async throws {
        let client = FakeHTTPClient([.response(200, [:]), .response(200, [:])])
        let store = store(client)
        var members = row.members
        members["TableName"] = "bundle-Votings"
        try await store.commit([row.write], token: "t1")
        #expect(client.operations[0] == row.operation)
        if row.operation != "TransactWriteItems" { #expect(client.bodies[0] == .object(members)) }

        try await store.commit([row.write, .check(ItemKey(Self.votings, "x", "y"), .itemPresent)], token: "t2")
        #expect(client.operations[1] == "TransactWriteItems")
        #expect(client.bodies[1]["ClientRequestToken"] == "t2")
        #expect(client.bodies[1]["TransactItems"]?[0] == [row.action: .object(members)] as JSONValue)
        #expect(client.bodies[1]["TransactItems"]?.array?.count == 2)
    }

    @Test func `nothing to write is no call`() async throws {
        let client = FakeHTTPClient([])
        try await store(client).commit([], token: "t")
        #expect(client.requests.isEmpty)
    }

    typealias Answer = FakeHTTPClient.Answer
    struct OutcomeRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [Answer]
        var error: ServiceError?
        var calls = 1
    }
    static let done = Answer.response(200, [:])
    static let busy = Answer.refusal("ThrottlingException")
    static let lost = Answer.failure(.outcomeUnknown("gone"))
    static let unsent = Answer.failure(.notSent("no"))
    static let failed = Answer.response(500, [:])
    static let unavailable = Answer.response(503, [:])

    static let single = [
        OutcomeRow(testDescription: "done", answers: [done]),
        OutcomeRow(
            testDescription: "the condition failed on an item",
            answers: [.refusal("ConditionalCheckFailedException", ["Item": itemJSON])], error: .conflict(stored: [item])
        ),
        OutcomeRow(
            testDescription: "the condition failed on no item", answers: [.refusal("ConditionalCheckFailedException")],
            error: .conflict(stored: [nil])),
        OutcomeRow(testDescription: "busy, then done", answers: [busy, busy, done], calls: 3),
        OutcomeRow(
            testDescription: "in another transaction's way, then done",
            answers: [.refusal("TransactionConflictException"), done], calls: 2),
        OutcomeRow(testDescription: "busy to the end", answers: [busy, busy, busy], error: .throttled, calls: 3),
        OutcomeRow(
            testDescription: "throttled with a status of the server's own, then done",
            answers: [.response(503, ["__type": "ThrottlingException"]), done], calls: 2),
        OutcomeRow(
            testDescription: "throttled so, what is in the way is another's",
            answers: [
                .response(503, ["__type": "ThrottlingException"]),
                .refusal("ConditionalCheckFailedException", ["Item": itemJSON]),
            ], error: .conflict(stored: [item]), calls: 2),
        OutcomeRow(
            testDescription: "unavailable may have been carried out", answers: [unavailable, busy, busy],
            error: .unknownOutcome("PutItem: status 503"), calls: 3),
        OutcomeRow(
            testDescription: "after unavailable, what is in the way may be our own",
            answers: [unavailable, .refusal("ConditionalCheckFailedException", ["Item": itemJSON])],
            error: .unknownOutcome("PutItem: status 503"), calls: 2),
        OutcomeRow(testDescription: "unsent, then done", answers: [unsent, done], calls: 2),
        OutcomeRow(
            testDescription: "unsent to the end", answers: [unsent, unsent, unsent],
            error: .unavailable("PutItem: no"), calls: 3),
        OutcomeRow(testDescription: "lost is not sent again", answers: [lost], error: .unknownOutcome("PutItem: gone")),
        OutcomeRow(
            testDescription: "a server's failure may have been carried out", answers: [failed, busy, busy],
            error: .unknownOutcome("PutItem: status 500"), calls: 3),
        OutcomeRow(
            testDescription: "after a server's failure, what is in the way may be our own",
            answers: [failed, .refusal("ConditionalCheckFailedException", ["Item": itemJSON])],
            error: .unknownOutcome("PutItem: status 500"), calls: 2),
        OutcomeRow(
            testDescription: "after what was surely not done, what is in the way is another's",
            answers: [busy, .refusal("ConditionalCheckFailedException", ["Item": itemJSON])],
            error: .conflict(stored: [item]), calls: 2),
        OutcomeRow(
            testDescription: "not allowed", answers: [.refusal("AccessDeniedException", ["Message": "not you"])],
            error: .rejected("PutItem: AccessDeniedException: not you")),
    ]

    @Test(arguments: single) func `a single write`(row: OutcomeRow) async throws {
        let client = FakeHTTPClient(row.answers)
        do {
            try await store(client).commit([.insert(Self.item, in: Self.votings)], token: "t")
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.requests.count == row.calls)
    }

    @Test func `an error tells operators why, and nothing of items`() {
        #expect(!"\(ServiceError.conflict(stored: [["name": "Ada"]]))".contains("Ada"))
        #expect("\(ServiceError.rejected("PutItem: no table"))".contains("PutItem: no table"))
    }

    static func cancelled(_ reasons: JSONValue...) -> Answer {
        .refusal("TransactionCanceledException", ["CancellationReasons": .array(reasons)])
    }
    static let none: JSONValue = ["Code": "None"]
    static let conflicted: JSONValue = ["Code": "TransactionConflict", "Message": "busy"]
    static let transactions = [
        OutcomeRow(testDescription: "done", answers: [done]),
        OutcomeRow(
            testDescription: "the second condition failed, on an item",
            answers: [cancelled(none, ["Code": "ConditionalCheckFailed", "Item": itemJSON])],
            error: .conflict(stored: [nil, item])),
        OutcomeRow(
            testDescription: "a failed condition counts more than a conflict",
            answers: [cancelled(["Code": "ConditionalCheckFailed"], conflicted)], error: .conflict(stored: [nil, nil])),
        OutcomeRow(testDescription: "conflict, then done", answers: [cancelled(conflicted, none), done], calls: 2),
        OutcomeRow(
            testDescription: "conflict and throttling to the end",
            answers: [
                cancelled(conflicted, none), cancelled(none, ["Code": "ThrottlingError"]),
                cancelled(["Code": "ProvisionedThroughputExceeded"], none),
            ], error: .throttled, calls: 3),
        OutcomeRow(
            testDescription: "not valid",
            answers: [cancelled(none, ["Code": "ValidationError", "Message": "no number"])],
            error: .rejected("TransactWriteItems: write 1: ValidationError: no number")),
        OutcomeRow(
            testDescription: "the token was used for other writes",
            answers: [.refusal("IdempotentParameterMismatchException", ["Message": "other"])],
            error: .rejected("TransactWriteItems: IdempotentParameterMismatchException: other")),
        OutcomeRow(testDescription: "lost, then sent again", answers: [lost, done], calls: 2),
        OutcomeRow(
            testDescription: "lost to the end", answers: [lost, failed, lost],
            error: .unknownOutcome("TransactWriteItems: gone"), calls: 3),
        OutcomeRow(
            testDescription: "lost, then busy: still unknown", answers: [lost, busy, busy],
            error: .unknownOutcome("TransactWriteItems: gone"), calls: 3),
        OutcomeRow(
            testDescription: "in progress from the try before, then done",
            answers: [lost, .refusal("TransactionInProgressException"), done], calls: 3),
    ]

    @Test(arguments: transactions) func `a transaction`(row: OutcomeRow) async throws {
        let client = FakeHTTPClient(row.answers)
        let writes: [ItemWrite] = [
            .insert(Self.item, in: Self.votings), .delete(ItemKey(Self.votings, "x", "y"), if: .itemPresent),
        ]
        do {
            try await store(client).commit(writes, token: "t")
            #expect(row.error == nil)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.requests.count == row.calls)
        #expect(client.bodies.allSatisfy { $0["ClientRequestToken"] == "t" })
    }
}
