import JSON
import Time

/// An evening as it is meant: sixteen votings open at once, everybody votes, the tally is read, and those who registered
/// and have not voted are alerted. Every step goes through the emulator and the bundle's own functions, and the run fails
/// unless every count is right.
struct LiveFinalBenchmark {
    struct Size {
        /// Each votes once.
        var users: Int
        /// Registered in the first voting; the first half of them votes in it.
        var registered: Int

        static let full = Size(users: 100_000, registered: 20_000)
        static let tiny = Size(users: 320, registered: 40)
    }

    let emulator: EmulatorProcess
    let size: Size

    private static let votings = 16
    /// The last votings are the paid ones.
    private static let paid = 4
    private static let options = ["tea", "mate", "juice"]
    private static let clients = 16

    /// What the steps leave for one another.
    private struct Evening {
        var votingIDs: [String] = []
        var opensAt = 0
        var closesAt = 0
    }

    private var load: LoadGenerator { LoadGenerator(port: emulator.port) }

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "A live final: \(size.users) users, \(Self.votings) votings of which \(Self.paid) are paid, "
                + "\(Self.clients) clients",
            columns: ["step", "how many", "seconds", "per second", "p50 µs", "p99 µs"])
        let tables = try BundleTables(load)
        let evening = try makeVotings()
        try tables.giveCredits(2, to: (0..<size.users).filter { isPaid(voting(of: $0)) }.map(user))
        let votes = try cast(in: evening)
        table.add(Self.row("votes", votes))
        try check(votesIn: tables)
        return table
    }

    // MARK: Who votes for what

    private func user(_ index: Int) -> String { "user-\(index)" }

    private func voting(of user: Int) -> Int {
        user < size.registered / 2 ? 0 : 1 + user % (Self.votings - 1)
    }

    private func isPaid(_ voting: Int) -> Bool { voting >= Self.votings - Self.paid }

    /// Not evenly spread, so that a tally that mixes options up shows.
    private func option(of user: Int) -> String { Self.options[user % 7 % Self.options.count] }

    // MARK: Steps

    private func makeVotings() throws(LoadGenerator.Failure) -> Evening {
        let now = try emulator.clock()
        var evening = Evening(opensAt: now + 1_000, closesAt: now + 3_600_000)
        for index in 0..<Self.votings {
            let event = GatewayEvent(
                route: "/votings", user: "admin", isAdministrator: true, idempotencyKey: "live-final-\(index)",
                body: [
                    "title": .string("Final \(index)"), "kind": isPaid(index) ? "PAID" : "FREE",
                    "options": .array(Self.options.map { ["id": .string($0), "title": .string($0)] }),
                    "startsAt": .string(Self.text(evening.opensAt)), "endsAt": .string(Self.text(evening.closesAt)),
                ], requestID: "make-\(index)", receivedAt: now)
            guard let id = try ask("ManageVotings", event, status: 201)["votingID"]?.string else {
                throw LoadGenerator.Failure(description: "a voting without an id")
            }
            evening.votingIDs.append(id)
        }
        return evening
    }

    private func cast(in evening: Evening) throws(LoadGenerator.Failure) -> LoadGenerator.Result {
        try invoke("CastVote", count: size.users) { index in
            GatewayEvent(
                route: "/votings/{votingID}/vote",
                parameters: ["votingID": evening.votingIDs[voting(of: index)]], user: user(index),
                body: ["optionID": .string(option(of: index))], requestID: "vote-\(index)",
                receivedAt: evening.opensAt)
        }
    }

    private func check(votesIn tables: BundleTables) throws(LoadGenerator.Failure) {
        // The seed has votes of its own.
        let stored = try tables.count(
            in: tables.votings, filter: "begins_with(sk, :u) AND attribute_exists(votedAt)",
            values: [":u": ["S": "U#user-"]])
        try expect(size.users, stored, "votes stored")
        let paid = (0..<size.users).count { isPaid(voting(of: $0)) }
        let debits = try tables.count(
            in: tables.users, filter: "begins_with(pk, :u) AND begins_with(sk, :l) AND credits = :one",
            values: [":u": ["S": "USER#user-"], ":l": ["S": "LEDGER#"], ":one": ["N": "-1"]])
        try expect(paid, debits, "credits spent")
        let balances = try tables.count(
            in: tables.users, filter: "begins_with(pk, :u) AND sk = :b AND credits = :one",
            values: [":u": ["S": "USER#user-"], ":b": ["S": "BALANCE"], ":one": ["N": "1"]])
        try expect(paid, balances, "balances of one credit less")
    }

    // MARK: Means

    private func expect(_ wanted: Int, _ found: Int, _ what: String) throws(LoadGenerator.Failure) {
        guard wanted == found else {
            throw LoadGenerator.Failure(description: "\(what): \(found) instead of \(wanted)")
        }
    }

    /// Sends an event each, all made before the clock runs.
    private func invoke(
        _ function: String, count: Int, event: (Int) -> GatewayEvent
    ) throws(LoadGenerator.Failure) -> LoadGenerator.Result {
        let requests = (0..<count).map { HTTPRequests.invoke(function, payload: event($0).bytes) }
        return try load.run(count: count, connections: Self.clients) {
            requests[$0]
        } accepts: { status, body in
            status == 200 && body.starts(with: Array(#"{"statusCode":20"#.utf8))
        }
    }

    /// Sends one event and gives the body of the reply.
    private func ask(
        _ function: String, _ event: GatewayEvent, status: Int
    ) throws(LoadGenerator.Failure) -> JSONValue {
        var answer = JSONValue.null
        _ = try load.run(count: 1, connections: 1) { _ in
            HTTPRequests.invoke(function, payload: event.bytes)
        } accepts: { _, body in
            let reply = try? parseJSON(Array(body))
            answer = (reply?["body"]?.string).flatMap { try? parseJSON($0) } ?? .null
            return reply?["statusCode"]?.int == status
        }
        return answer
    }

    private static func row(_ step: String, _ result: LoadGenerator.Result) -> [String] {
        [
            step, figure(Double(result.latencies.count)), figure(result.seconds), figure(result.perSecond),
            figure(result.microseconds(at: 0.5)), figure(result.microseconds(at: 0.99)),
        ]
    }

    private static func text(_ milliseconds: Int) -> String { Timestamp(milliseconds: Int64(milliseconds)).description }
}
