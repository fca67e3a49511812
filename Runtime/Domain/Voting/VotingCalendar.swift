package import Items
import Time

/// The windows of all votings that have not ended, in one item, so that the limit on open votings holds when two
/// administrators add one at the same moment (R13): both write this item on condition of the version they read.
package struct VotingCalendar: StoredEntity, Hashable {
    /// Bounds the item (about 70 bytes a window, of 400 KB that an item may have) and every listing.
    package static let windowsMax = 1_000

    package struct Entry: Hashable, Sendable {
        package var votingID: String
        package var window: VotingWindow
        package init(votingID: String, window: VotingWindow) {
            self.votingID = votingID
            self.window = window
        }
    }

    /// 0 before the first write.
    package var version: Int
    package var entries: [Entry]

    package init(version: Int = 0, entries: [Entry] = []) {
        self.version = version
        self.entries = entries
    }

    package static let key = ItemKey(.votings, "CALENDAR", ItemName.meta)

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "voting calendar")
        version = try reader.integer("version")
        entries = []
        for map in try reader.maps("windows") {
            let entry = ItemReader(map, "voting calendar window")
            let window = VotingWindow(startsAt: try entry.time("startsAt"), endsAt: try entry.time("endsAt"))
            entries.append(Entry(votingID: try entry.string("votingID"), window: window))
        }
    }

    /// The calendar with a voting's window set, or taken out when it is nil, and without those that have ended.
    func replacing(_ votingID: String, with window: VotingWindow?, at now: Timestamp) -> VotingCalendar {
        var entries = entries.filter { $0.votingID != votingID && $0.window.endsAt > now }
        if let window { entries.append(Entry(votingID: votingID, window: window)) }
        return VotingCalendar(version: version + 1, entries: entries)
    }

    /// The most windows that are open at one instant of `window`.
    func openAtOnce(during window: VotingWindow) -> Int {
        // The count only rises where a window opens, so the start of `window` and the starts in it are all to look at.
        let overlapping = entries.map(\.window).filter { $0.startsAt < window.endsAt && $0.endsAt > window.startsAt }
        var changes = overlapping.map { (at: max($0.startsAt, window.startsAt), change: 1) }
        changes += overlapping.map { (at: $0.endsAt, change: -1) }
        // At the same instant ends come first: an end is not in its window.
        changes.sort { ($0.at, $0.change) < ($1.at, $1.change) }
        var (open, most) = (0, 0)
        for change in changes where change.at < window.endsAt {
            open += change.change
            most = max(most, open)
        }
        return most
    }

    /// Stores this version if the one before it is still there.
    var write: ItemWrite {
        var item = Self.key.attributes
        item["version"] = .number(version)
        item["windows"] = .list(
            entries.map {
                .map([
                    "votingID": .string($0.votingID), "startsAt": .time($0.window.startsAt),
                    "endsAt": .time($0.window.endsAt),
                ])
            })
        let isFirst = version == 1
        return .put(item, in: .votings, if: isFirst ? .itemAbsent : .equal("version", .number(version - 1)))
    }
}
