package import Items

/// The votes of one voting that came through one shard of the table's stream, and up to where they are counted.
///
/// A voting's result while it is open is the sum over its shards. As each stream shard has items of its own, its
/// consumer waits for nobody.
package struct VoteTally: StoredEntity, Hashable {
    /// Votes by option; none of an option without votes.
    package var votes: [String: Int]
    /// Every vote of this voting and stream shard up to here is counted, and none behind it.
    package var countedUpTo: StreamPosition

    private static let entity = "vote tally"
    private static let mark = "countedUpTo"

    package init(votes: [String: Int], countedUpTo: StreamPosition) {
        self.votes = votes
        self.countedUpTo = countedUpTo
    }

    package static func partition(of votingID: String) -> String { "TALLY#" + votingID }

    /// - Parameter streamShard: DynamoDB's id of it.
    package static func key(of votingID: String, streamShard: String) -> ItemKey {
        ItemKey(.votings, partition(of: votingID), streamShard)
    }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, Self.entity)
        guard let position = StreamPosition(sequenceNumber: try reader.string(Self.mark)) else {
            throw MalformedItem(Self.entity, Self.mark)
        }
        countedUpTo = position
        votes = try VotesByOption.read(reader)
    }

    /// Raises the sums by `votes` and the mark with them, in one write, if the mark is still what it was.
    static func write(
        _ votes: [String: Int], upTo last: StreamPosition, of votingID: String, streamShard: String,
        after earlier: StreamPosition?
    ) -> ItemWrite {
        let sums = votes.sorted { $0.key < $1.key }
        return .update(
            key(of: votingID, streamShard: streamShard),
            [.set(mark, .string(last.text))] + sums.map { .add(VotesByOption.attribute(of: $0.key), $0.value) },
            if: earlier.map { .equal(mark, .string($0.text)) } ?? .notExists(mark))
    }
}

/// How votes by option stand in an item: one number each, so that they can be added to without being read.
enum VotesByOption {
    private static let prefix = "option#"

    static func attribute(of optionID: String) -> String { prefix + optionID }

    static func read(_ reader: ItemReader) throws(MalformedItem) -> [String: Int] {
        var votes: [String: Int] = [:]
        for (name, _) in reader.item.attributes where name.hasPrefix(prefix) {
            votes[String(name.dropFirst(prefix.count))] = try reader.integer(name)
        }
        return votes
    }
}
