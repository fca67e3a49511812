import Domain
import Items
import Testing
import Time

struct TallyTests {
    // MARK: What is a vote

    static let key: Item = ["pk": "P#V#17", "sk": "U#ada"]
    static let voted: Item = ["votedAt": 5, "optionID": "tea", "requestID": "R"]
    static let registered: Item = ["registeredAt": 3]
    static let refunded: Item = ["votedAt": 5, "optionID": "tea", "requestID": "R", "refundedAt": 9]

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var key = TallyTests.key
        var before: Item?
        var after: Item?
        var votingID: String?
    }

    static let rows = [
        Row(testDescription: "a vote", after: voted, votingID: "V"),
        Row(testDescription: "a vote of who is registered", before: registered, after: voted, votingID: "V"),
        Row(testDescription: "of a voting with a # in its id", key: ["pk": "P#a#b#0"], after: voted, votingID: "a#b"),
        Row(testDescription: "a registration", after: registered),
        Row(testDescription: "a registration after the vote", before: voted, after: voted),
        Row(testDescription: "a refund", before: voted, after: refunded),
        Row(testDescription: "a removal", before: voted),
        Row(testDescription: "a voting", key: ["pk": "VOTING#V", "sk": "META"], after: voted),
        Row(testDescription: "a tally", key: ["pk": "TALLY#V", "sk": "S"], after: voted),
        Row(testDescription: "no voting", key: ["pk": "P#17"], after: voted),
    ]

    @Test(arguments: rows) func `a vote is what appears, and nothing else`(row: Row) throws {
        let vote = try StreamedVote(key: row.key, before: row.before, after: row.after, sequenceNumber: "1")
        #expect(vote?.votingID == row.votingID)
        #expect(vote?.optionID == row.votingID.map { _ in "tea" })
    }

    @Test func `a vote without an option is malformed`() {
        #expect(throws: MalformedItem.self) {
            try StreamedVote(key: Self.key, before: nil, after: ["votedAt": 5], sequenceNumber: "1")
        }
        #expect(throws: MalformedItem.self) {
            try StreamedVote(key: Self.key, before: nil, after: Self.voted, sequenceNumber: "x")
        }
    }

    // MARK: Positions

    @Test func `positions are in the order of their numbers, not of their texts`() throws {
        let texts = ["9", "10", "099", "100", "111111111111111111111", String(repeating: "9", count: 40)]
        let positions = texts.compactMap { StreamPosition(sequenceNumber: $0) }
        #expect(positions.count == texts.count)
        #expect(positions == positions.shuffled().sorted())
        #expect(StreamPosition(sequenceNumber: "007") == StreamPosition(sequenceNumber: "7"))
    }

    @Test(arguments: ["", "-1", "1.5", "1e3", "٣", String(repeating: "1", count: 41)])
    func `what is no sequence number is no position`(text: String) {
        #expect(StreamPosition(sequenceNumber: text) == nil)
    }

    // MARK: Exactly once

    static func vote(_ number: Int, _ option: String = "tea", in voting: String = "V") -> StreamedVote {
        StreamedVote(
            votingID: voting, optionID: option, position: StreamPosition(sequenceNumber: String(number))!)
    }

    /// Items as a store has them, for the writes of a tally.
    struct Table {
        var items: [ItemKey: Item] = [:]

        func marks(of votings: Set<String>, _ shard: String) throws -> [String: StreamPosition] {
            try Dictionary(
                uniqueKeysWithValues: votings.compactMap { voting in
                    try items[VoteTally.key(of: voting, streamShard: shard)].map {
                        (voting, try VoteTally(item: $0).countedUpTo)
                    }
                })
        }

        /// - Returns: whether the conditions held.
        mutating func commit(_ writes: [ItemWrite]) -> Bool {
            for case .update(let key, _, let condition) in writes {
                switch condition {
                case .notExists(let name): guard items[key]?[name] == nil else { return false }
                case .equal(let name, let value): guard items[key]?[name] == value else { return false }
                default: return false
                }
            }
            for case .update(let key, let updates, _) in writes {
                var item = items[key] ?? key.attributes
                for update in updates {
                    switch update {
                    case .set(let name, let value): item[name] = value
                    case .add(let name, let value): item[name] = .number((item[name]?.integer ?? 0) + value)
                    case .setIfAbsent, .remove: Issue.record("a tally does neither")
                    }
                }
                items[key] = item
            }
            return true
        }

        mutating func tally(_ batch: [StreamedVote], _ shard: String = "S") throws {
            let marks = try marks(of: Set(batch.map(\.votingID)), shard)
            let isCommitted = commit(decideTally(batch, streamShard: shard, marks: marks).writes)
            #expect(isCommitted)
        }

        func votes(of voting: String = "V") throws -> [String: Int] {
            VoteTally.sum(
                try items.filter { $0.key.partition == VoteTally.partition(of: voting) }.map {
                    try VoteTally(item: $0.value)
                })
        }
    }

    @Test func `counts by voting and option`() throws {
        var table = Table()
        try table.tally([
            Self.vote(1), Self.vote(2, "mate"), Self.vote(3), Self.vote(4, "red", in: "W"), Self.vote(9, "beer"),
        ])
        #expect(try table.votes() == ["tea": 2, "mate": 1, "beer": 1])
        #expect(try table.votes(of: "W") == ["red": 1])
        #expect(try table.votes(of: "X") == [:])
    }

    /// Every way in which Lambda may hand over a hundred votes of one shard: in order the first time, cut anywhere, and
    /// any stretch of what has come once more at any time.
    @Test(arguments: 1...50) func `each vote once, however batches are cut and come again`(seed: Int) throws {
        var random = Splitmix(state: UInt64(seed))
        let votes = (1...100).map { Self.vote($0 * 7, $0 % 3 == 0 ? "tea" : "mate", in: $0 % 2 == 0 ? "V" : "W") }
        var table = Table()
        var delivered = 0
        while delivered < votes.count {
            if delivered > 0, Bool.random(using: &random) {
                let first = Int.random(in: 0..<delivered, using: &random)
                try table.tally(Array(votes[first..<Int.random(in: first...delivered, using: &random)]))
            }
            let end = min(votes.count, delivered + Int.random(in: 1...20, using: &random))
            // It may begin with what has come before, as the rest of a batch that failed in part does.
            let first = max(0, delivered - Int.random(in: 0...5, using: &random))
            try table.tally(Array(votes[first..<end]))
            delivered = end
        }
        #expect(try table.votes() == ["tea": 16, "mate": 34])
        #expect(try table.votes(of: "W") == ["tea": 17, "mate": 33])
    }

    @Test func `the same change twice in a batch counts once`() throws {
        var table = Table()
        try table.tally([Self.vote(1), Self.vote(1), Self.vote(2)])
        #expect(try table.votes() == ["tea": 2])
    }

    @Test func `a successor of a split shard begins anew, whatever its numbers are`() throws {
        var table = Table()
        try table.tally([Self.vote(100), Self.vote(200)], "parent")
        try table.tally([Self.vote(50), Self.vote(300)], "left")
        try table.tally([Self.vote(250)], "right")
        try table.tally([Self.vote(100), Self.vote(200)], "parent")
        #expect(try table.votes() == ["tea": 5])
    }

    @Test func `two that count the same batch at the same time do not both succeed`() throws {
        var table = Table()
        for batch in [[Self.vote(1)], [Self.vote(1), Self.vote(2)]] {
            let marks = try table.marks(of: ["V"], "S")
            let one = decideTally(batch, streamShard: "S", marks: marks)
            let other = decideTally(batch, streamShard: "S", marks: marks)
            let committed = [table.commit(one.writes), table.commit(other.writes)]
            #expect(committed == [true, false])
        }
        #expect(try table.votes() == ["tea": 2])
    }

    @Test func `says what was new and what was known`() {
        let update = decideTally(
            [Self.vote(1), Self.vote(2), Self.vote(3)], streamShard: "S",
            marks: ["V": StreamPosition(sequenceNumber: "2")!])
        #expect((update.counted, update.known, update.writes.count) == (1, 2, 1))
        let again = decideTally([Self.vote(1)], streamShard: "S", marks: ["V": StreamPosition(sequenceNumber: "2")!])
        #expect((again.counted, again.known, again.writes) == (0, 1, []))
    }
}

/// The same numbers in every run.
struct Splitmix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
