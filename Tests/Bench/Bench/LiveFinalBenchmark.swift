import JSON
import Time

/// An evening as it is meant: sixteen votings open at once, some register, everybody votes, the tally is read, those
/// who registered and have not voted are alerted, and the votes are counted at the end. Every step goes through the
/// emulator and the bundle's own functions, and the run fails unless every count is right.
struct LiveFinalBenchmark {
    struct Size {
        /// Each votes once.
        var users: Int
        /// Registered in the first voting; the first half of them votes in it, the others elsewhere.
        var registered: Int
        /// Open connections, half of them of users who are to be alerted.
        var sockets: Int

        static let full = Size(users: 100_000, registered: 20_000, sockets: 100)
        static let tiny = Size(users: 320, registered: 40, sockets: 4)
    }

    let emulator: EmulatorProcess
    let size: Size
    private let load: LoadGenerator
    private let tables: BundleTables
    private let signedIn: [PoolUsers.User]
    /// The ids of all users.
    private let people: [String]

    private static let votings = 16
    /// The last votings are the paid ones.
    private static let paid = 4
    private static let options = ["tea", "mate", "juice"]
    private static let clients = 16
    private static let alertLead = 5 * 60_000
    private static let tallyAttemptsMax = 2_000

    init(emulator: EmulatorProcess, size: Size) throws(LoadGenerator.Failure) {
        self.emulator = emulator
        self.size = size
        load = LoadGenerator(port: emulator.port)
        tables = try BundleTables(load)
        signedIn = try PoolUsers(count: size.sockets, load).users
        // Half of the connected are among those who vote in the first voting, half among those who do not.
        let half = size.sockets / 2
        var people = (0..<size.users).map { "user-\($0)" }
        for (index, user) in signedIn.enumerated() {
            people[index < half ? index : size.registered / 2 + index - half] = user.id
        }
        self.people = people
    }

    /// What the steps leave for one another.
    private struct Evening {
        var votingIDs: [String] = []
        var opensAt: Int
        var closesAt: Int
    }

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "A live final: \(size.users) users, \(Self.votings) votings of which \(Self.paid) are paid, "
                + "\(Self.clients) clients",
            columns: ["step", "how many", "seconds", "per second", "p50 µs", "p99 µs"])
        let evening = try makeVotings()
        try tables.giveCredits(2, to: people.indices.filter { isPaid(voting(of: $0)) }.map { people[$0] })
        table.add(Self.row("registrations", try register(in: evening)))
        table.add(Self.row("votes", try cast(in: evening)))
        table.add(
            Self.row(
                "tally right after the last vote", size.users,
                try timed { () throws(LoadGenerator.Failure) in try awaitTally(of: evening) }))
        try checkVotes()
        // Schedules are a minute early, and what they queue waits for the second. Connections are opened last: they are
        // closed when nothing passes over them for ten minutes.
        try emulator.advance(to: evening.closesAt - Self.alertLead - 30_000)
        var open: [WebSocketClient] = []
        for user in signedIn {
            open.append(
                try WebSocketClient(descriptor: try load.connect(), path: "/apis/sockets/live?token=\(user.token)"))
        }
        let alerted = size.registered / 2
        table.add(
            Self.row(
                "alerts", alerted,
                try timed { () throws(LoadGenerator.Failure) in
                    try emulator.advance(to: evening.closesAt - Self.alertLead)
                }))
        try checkAlerts(in: evening, open)
        table.add(
            Self.row(
                "final count", size.users,
                try timed { () throws(LoadGenerator.Failure) in try emulator.advance(to: evening.closesAt + 120_000) }))
        try checkResults(of: evening, isFinal: true)
        for socket in open { socket.close() }
        return table
    }

    // MARK: Who votes for what

    private func voting(of user: Int) -> Int {
        user < size.registered / 2 ? 0 : 1 + user % (Self.votings - 1)
    }

    private func isPaid(_ voting: Int) -> Bool { voting >= Self.votings - Self.paid }

    /// Not evenly spread, so that a tally that mixes options up shows.
    private func option(of user: Int) -> String { Self.options[user % 7 % Self.options.count] }

    /// Votes by option, of each voting.
    private var expectedVotes: [[String: Int]] {
        var votes = [[String: Int]](repeating: [:], count: Self.votings)
        for user in people.indices { votes[voting(of: user)][option(of: user), default: 0] += 1 }
        return votes
    }

    // MARK: Steps

    private func makeVotings() throws(LoadGenerator.Failure) -> Evening {
        let now = try emulator.clock()
        // Whole minutes, as people set them, and time enough for everybody to vote before the alert.
        let opensAt = (now / 60_000 + 1) * 60_000
        var evening = Evening(opensAt: opensAt, closesAt: opensAt + 3_600_000)
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
        // The clock follows, so that schedules and streams tell the same time as the events.
        try emulator.advance(to: opensAt)
        return evening
    }

    private func register(in evening: Evening) throws(LoadGenerator.Failure) -> LoadGenerator.Result {
        try invoke("RegisterForVoting", count: size.registered) { index in
            GatewayEvent(
                route: "/votings/{votingID}/registration", parameters: ["votingID": evening.votingIDs[0]],
                user: people[index], requestID: "register-\(index)", receivedAt: evening.opensAt)
        }
    }

    private func cast(in evening: Evening) throws(LoadGenerator.Failure) -> LoadGenerator.Result {
        try invoke("CastVote", count: size.users) { index in
            GatewayEvent(
                route: "/votings/{votingID}/vote",
                parameters: ["votingID": evening.votingIDs[voting(of: index)]], user: people[index],
                body: ["optionID": .string(option(of: index))], requestID: "vote-\(index)",
                receivedAt: evening.opensAt)
        }
    }

    // MARK: Checks

    /// Reads the results until they tell of every vote.
    private func awaitTally(of evening: Evening) throws(LoadGenerator.Failure) {
        for index in evening.votingIDs.indices {
            let expected = people.indices.count { voting(of: $0) == index }
            var attempts = 0
            while try results(of: index, in: evening)["total"]?.int != expected {
                attempts += 1
                guard attempts < Self.tallyAttemptsMax else {
                    throw LoadGenerator.Failure(description: "the tally of voting \(index) never gets to \(expected)")
                }
            }
        }
        try checkResults(of: evening, isFinal: false)
    }

    private func checkResults(of evening: Evening, isFinal: Bool) throws(LoadGenerator.Failure) {
        let expected = expectedVotes
        for index in evening.votingIDs.indices {
            let results = try results(of: index, in: evening)
            for option in results["options"]?.array ?? [] {
                let id = option["id"]?.string ?? ""
                try expect(expected[index][id] ?? 0, option["votes"]?.int ?? -1, "votes for \(id) in voting \(index)")
            }
            guard results["isFinal"]?.bool == isFinal else {
                throw LoadGenerator.Failure(description: "voting \(index): \(results.compactText)")
            }
        }
    }

    private func checkVotes() throws(LoadGenerator.Failure) {
        let known = Set(people)
        // The seed has votes of its own.
        func isOurs(_ item: JSONValue, _ member: String, after prefix: String) -> Bool {
            let text = item[member]?["S"]?.string ?? ""
            return text.hasPrefix(prefix) && known.contains(String(text.dropFirst(prefix.count)))
        }
        var voters: Set<String> = []
        var votes = 0
        try tables.scan(
            tables.votings, filter: "begins_with(pk, :p) AND attribute_exists(votedAt)", values: [":p": ["S": "P#"]]
        ) { item in
            guard isOurs(item, "sk", after: "U#") else { return }
            votes += 1
            voters.insert(item["sk"]?["S"]?.string ?? "")
        }
        try expect(size.users, votes, "votes stored")
        try expect(size.users, voters.count, "users who voted")
        let paid = people.indices.count { isPaid(voting(of: $0)) }
        var debits = 0
        try tables.scan(
            tables.users, filter: "begins_with(sk, :l) AND credits = :one",
            values: [":l": ["S": "LEDGER#"], ":one": ["N": "-1"]]
        ) { debits += isOurs($0, "pk", after: "USER#") ? 1 : 0 }
        try expect(paid, debits, "credits spent")
        var balances = 0
        try tables.scan(
            tables.users, filter: "sk = :b AND credits = :one", values: [":b": ["S": "BALANCE"], ":one": ["N": "1"]]
        ) { balances += isOurs($0, "pk", after: "USER#") ? 1 : 0 }
        try expect(paid, balances, "balances of one credit less")
    }

    /// Exactly those who registered and did not vote have one alert each; who of them is connected was told, nobody
    /// else.
    private func checkAlerts(in evening: Evening, _ open: [WebSocketClient]) throws(LoadGenerator.Failure) {
        var inboxes: [String] = []
        try tables.scan(
            tables.users, filter: "begins_with(pk, :i) AND begins_with(sk, :a)",
            values: [":i": ["S": "INBOX#"], ":a": ["S": .string("ALERT#\(evening.votingIDs[0])#")]]
        ) { inboxes.append(String($0["pk"]?["S"]?.string?.dropFirst("INBOX#".count) ?? "")) }
        let wanted = Set(people[size.registered / 2..<size.registered])
        try expect(wanted.count, inboxes.count, "alerts in inboxes")
        try expect(wanted.count, Set(inboxes).intersection(wanted).count, "users alerted of those who are to be")
        for (user, socket) in zip(signedIn, open) {
            if wanted.contains(user.id) {
                let push = try socket.receive()
                guard push.contains("ALERT"), push.contains(evening.votingIDs[0]) else {
                    throw LoadGenerator.Failure(description: "an unexpected push: \(push)")
                }
            }
            guard socket.isSilent else {
                throw LoadGenerator.Failure(description: "a push too many: \(try socket.receive())")
            }
        }
    }

    // MARK: Means

    private func results(of index: Int, in evening: Evening) throws(LoadGenerator.Failure) -> JSONValue {
        try ask(
            "ListVotings",
            GatewayEvent(
                method: "GET", route: "/votings/{votingID}/results",
                parameters: ["votingID": evening.votingIDs[index]], user: "wall", requestID: "results-\(index)",
                receivedAt: try emulator.clock()), status: 200)
    }

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

    /// Seconds.
    private func timed(_ work: () throws(LoadGenerator.Failure) -> Void) throws(LoadGenerator.Failure) -> Double {
        let started = LoadGenerator.now()
        try work()
        return Double(LoadGenerator.now() - started) / 1e9
    }

    private static func row(_ step: String, _ result: LoadGenerator.Result) -> [String] {
        row(step, result.latencies.count, result.seconds).dropLast(2)
            + [figure(result.microseconds(at: 0.5)), figure(result.microseconds(at: 0.99))]
    }

    private static func row(_ step: String, _ count: Int, _ seconds: Double) -> [String] {
        [step, figure(Double(count)), figure(seconds), figure(Double(count) / seconds), "", ""]
    }

    private static func text(_ milliseconds: Int) -> String { Timestamp(milliseconds: Int64(milliseconds)).description }
}
