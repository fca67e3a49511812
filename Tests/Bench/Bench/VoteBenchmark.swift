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
        let tables = try BundleTables(load)
        for kind in ["FREE", "PAID"] {
            let votingID = "bench-\(kind)"
            try tables.put(Self.voting(votingID, kind), in: tables.votings)
            if kind == "PAID" { try tables.giveCredits(3, to: (0..<count).map { "bench-\($0)" }) }
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
            let stored = try tables.count(
                in: tables.votings, filter: "begins_with(pk, :p) AND attribute_exists(votedAt)",
                values: [":p": ["S": .string("P#\(votingID)#")]])
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
        let tables = try BundleTables(LoadGenerator(port: port))
        try tables.put(Self.voting("bench-cold", "FREE"), in: tables.votings)
        return Self.vote(by: "cold", in: "bench-cold")
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
        GatewayEvent(
            route: "/votings/{votingID}/vote", parameters: ["votingID": votingID], user: user,
            body: ["optionID": "tea"], requestID: "request-\(user)", receivedAt: openAt
        ).bytes
    }
}
