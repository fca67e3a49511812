import JSON

/// Votes end to end: HTTP event, function process, transaction, answer.
struct VoteBenchmark {
    let port: Int
    /// Votes per kind, each by a user of its own.
    let count: Int

    private static let openAt = 1_677_175_200_000
    private static let clients = 16

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "Votes through HTTP event, function and store, \(Self.clients) clients, \(count) votes each",
            columns: ["voting", "per second", "p50 µs", "p99 µs", "votes stored"])
        let load = LoadGenerator(port: port)
        let tables = try Tables(load)
        for kind in ["FREE", "PAID"] {
            let votingID = "bench-\(kind)"
            try send(load, "PutItem", #"{"TableName":"\#(tables.votings)","Item":\#(Self.voting(votingID, kind))}"#)
            if kind == "PAID" { try giveCredits(load, tables.users) }
            let votes = (0..<count).map {
                HTTPRequests.invoke("CastVote", payload: Self.vote(by: "bench-\($0)", in: votingID))
            }
            // The processes are started and warm before the clock runs.
            let warmUp = Self.vote(by: "warm-up", in: "no-such-voting")
            _ = try load.run(count: 20, connections: 4) { _ in
                HTTPRequests.invoke("CastVote", payload: warmUp)
            } accepts: { status, _ in
                status == 200
            }
            let result = try load.run(count: count, connections: Self.clients) {
                votes[$0]
            } accepts: { status, body in
                status == 200 && body.starts(with: Array(#"{"statusCode":201"#.utf8))
            }
            let stored = try storedVotes(load, tables.votings, votingID)
            guard stored == count else {
                throw LoadGenerator.Failure(description: "\(count) votes were confirmed and \(stored) stored")
            }
            table.add([
                kind.lowercased(), figure(result.perSecond), figure(result.microseconds(at: 0.5)),
                figure(result.microseconds(at: 0.99)), String(stored),
            ])
        }
        return table
    }

    /// Makes an open voting and gives the event of a vote in it.
    func coldVote() throws(LoadGenerator.Failure) -> [UInt8] {
        let load = LoadGenerator(port: port)
        let table = try Tables(load).votings
        try send(load, "PutItem", #"{"TableName":"\#(table)","Item":\#(Self.voting("bench-cold", "FREE"))}"#)
        return Self.vote(by: "cold", in: "bench-cold")
    }

    private struct Tables {
        var votings = ""
        var users = ""

        init(_ load: LoadGenerator) throws(LoadGenerator.Failure) {
            var names: [String] = []
            _ = try load.run(count: 1, connections: 1) { _ in
                HTTPRequests.dynamoDB("ListTables", "{}")
            } accepts: { status, body in
                names = (try? parseJSON(Array(body)))?["TableNames"]?.array?.compactMap(\.string) ?? []
                return status == 200
            }
            guard let votings = names.first(where: { $0.hasSuffix("VotingsTable") }),
                let users = names.first(where: { $0.hasSuffix("UsersTable") })
            else { throw LoadGenerator.Failure(description: "the template's tables are missing: \(names)") }
            self.votings = votings
            self.users = users
        }
    }

    private func send(_ load: LoadGenerator, _ operation: String, _ body: String) throws(LoadGenerator.Failure) {
        _ = try load.run(count: 1, connections: 1) { _ in
            HTTPRequests.dynamoDB(operation, body)
        } accepts: { status, _ in
            status == 200
        }
    }

    private func giveCredits(_ load: LoadGenerator, _ table: String) throws(LoadGenerator.Failure) {
        _ = try load.run(count: count, connections: 8) { index in
            let item = #"{"pk":{"S":"USER#bench-\#(index)"},"sk":{"S":"BALANCE"},"credits":{"N":"3"}}"#
            return HTTPRequests.dynamoDB("PutItem", #"{"TableName":"\#(table)","Item":\#(item)}"#)
        } accepts: { status, _ in
            status == 200
        }
    }

    /// Counts the participations of a voting that hold a vote, page by page.
    private func storedVotes(_ load: LoadGenerator, _ table: String, _ votingID: String) throws(LoadGenerator.Failure)
        -> Int
    {
        var total = 0
        var start: JSONValue?
        repeat {
            var request: JSONObject = [
                "TableName": .string(table), "Select": "COUNT",
                "FilterExpression": "begins_with(pk, :p) AND attribute_exists(votedAt)",
                "ExpressionAttributeValues": [":p": ["S": .string("P#\(votingID)#")]],
            ]
            request["ExclusiveStartKey"] = start
            let body = JSONValue.object(request).compactText
            _ = try load.run(count: 1, connections: 1) { _ in
                HTTPRequests.dynamoDB("Scan", body)
            } accepts: { status, body in
                let page = try? parseJSON(Array(body))
                total += page?["Count"]?.int ?? 0
                start = page?["LastEvaluatedKey"]
                return status == 200
            }
        } while start != nil
        return total
    }

    private static func voting(_ id: String, _ kind: String) -> String {
        let options: JSONValue = [
            "L": .array(["tea", "mate"].map { ["M": ["id": ["S": $0], "title": ["S": $0]]] })
        ]
        func number(_ value: Int) -> JSONValue { ["N": .string(String(value))] }
        let item: JSONValue = [
            "pk": ["S": .string("VOTING#\(id)")], "sk": ["S": "META"], "title": ["S": "Which one?"],
            "kind": ["S": .string(kind)], "options": options, "startsAt": number(openAt - 1_000),
            "endsAt": number(openAt + 3_600_000), "version": number(1), "scheduleVersion": number(1),
            "createdBy": ["S": "admin"], "createdAt": number(openAt - 9_000),
        ]
        return item.compactText
    }

    private static func vote(by user: String, in votingID: String) -> [UInt8] {
        let route = "POST /votings/{votingID}/vote"
        let path = "/votings/\(votingID)/vote"
        let http: JSONValue = [
            "method": "POST", "path": .string(path), "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
            "userAgent": "bench",
        ]
        let context: JSONValue = [
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "authorizer": ["jwt": ["claims": ["sub": .string(user)], "scopes": nil]], "http": http,
            "requestId": .string("request-\(user)"), "routeKey": .string(route), "stage": "$default",
            "time": "23/Feb/2023:18:00:00 +0000", "timeEpoch": .number(JSONNumber(openAt)),
        ]
        let event: JSONValue = [
            "version": "2.0", "routeKey": .string(route), "rawPath": .string(path), "rawQueryString": "",
            "headers": ["content-type": "application/json"], "pathParameters": ["votingID": .string(votingID)],
            "requestContext": context, "body": #"{"optionID":"tea"}"#, "isBase64Encoded": false,
        ]
        return event.compactBytes
    }
}
