package import Items
package import Time

/// A question put to the users for a time, free or paid (R4, R5).
package struct Voting: StoredEntity, Hashable {
    /// Fixed when the voting is made: free stays free and paid stays paid (R5).
    package enum Kind: String, CaseIterable, Sendable {
        case free = "FREE"
        /// A vote costs one credit (R11).
        case paid = "PAID"
    }

    package struct Option: Hashable, Sendable {
        package var id: String
        package var title: String
        package init(id: String, title: String) {
            self.id = id
            self.title = title
        }
    }

    /// Where a voting stands at an instant.
    package enum Phase: String, CaseIterable, Sendable {
        case scheduled = "SCHEDULED"
        case open = "OPEN"
        case ended = "ENDED"
        case cancelled = "CANCELLED"
    }

    package var id: String
    package var title: String
    package var kind: Kind
    /// 2 or more, with distinct ids.
    package var options: [Option]
    /// Votes count from `startsAt` on and before `endsAt` (R14).
    package var window: VotingWindow
    /// The IANA name of the zone by whose clocks it is planned, for showing: ``window`` is what counts.
    package var timeZone: String?
    package var cancelledAt: Timestamp?
    /// 1 at first; one more with each change. Every change is made on condition that this is still what was read.
    package var version: Int
    /// 1 at first; one more with each move of the window, which voids reminders of the old one (R17).
    package var scheduleVersion: Int
    package var createdBy: String
    package var createdAt: Timestamp
    /// Of what it was first asked to be, by which the same request is known when it comes again, whatever was changed
    /// since; nil for those made before it was kept.
    package var draftHash: String?

    package init(
        id: String, title: String, kind: Kind, options: [Option], window: VotingWindow, timeZone: String? = nil,
        cancelledAt: Timestamp? = nil,
        version: Int = 1, scheduleVersion: Int = 1, createdBy: String, createdAt: Timestamp,
        draftHash: String? = nil
    ) {
        self.id = id
        self.title = title
        self.kind = kind
        self.options = options
        self.window = window
        self.timeZone = timeZone
        self.cancelledAt = cancelledAt
        self.version = version
        self.scheduleVersion = scheduleVersion
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.draftHash = draftHash
    }

    package func phase(at now: Timestamp) -> Phase {
        if cancelledAt != nil { return .cancelled }
        if now < window.startsAt { return .scheduled }
        return now < window.endsAt ? .open : .ended
    }
}

/// The time in which votes count: `startsAt` is in it, `endsAt` is not (R14).
package struct VotingWindow: Hashable, Sendable {
    package var startsAt: Timestamp
    package var endsAt: Timestamp
    package init(startsAt: Timestamp, endsAt: Timestamp) {
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}

extension Voting {
    private static let partitionPrefix = "VOTING#"

    package static func key(_ id: String) -> ItemKey { ItemKey(.votings, partitionPrefix + id, ItemName.meta) }

    /// Whether an item with this key is a voting.
    package static func isVoting(key: Item) -> Bool {
        key[ItemKey.partitionName]?.string?.hasPrefix(partitionPrefix) == true
            && key[ItemKey.sortName]?.string == ItemName.meta
    }

    /// The index partition in which votings of a kind stand in the order of their ends.
    package static func listing(of kind: Kind) -> String { "VOTINGS#" + kind.rawValue }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "voting")
        id = try reader.id(after: Self.partitionPrefix)
        title = try reader.string("title")
        guard let kind = Kind(rawValue: try reader.string("kind")) else { throw MalformedItem("voting", "kind") }
        self.kind = kind
        options = []
        for map in try reader.maps("options") {
            let option = ItemReader(map, "voting option")
            options.append(Option(id: try option.string("id"), title: try option.string("title")))
        }
        window = VotingWindow(startsAt: try reader.time("startsAt"), endsAt: try reader.time("endsAt"))
        timeZone = try reader.optional("timeZone", reader.string)
        cancelledAt = try reader.optional("cancelledAt", reader.time)
        version = try reader.integer("version")
        scheduleVersion = try reader.integer("scheduleVersion")
        createdBy = try reader.string("createdBy")
        createdAt = try reader.time("createdAt")
        draftHash = try reader.optional("draftHash", reader.string)
    }

    package var item: Item {
        var item = Self.key(id).attributes
        item["title"] = .string(title)
        item["kind"] = .string(kind.rawValue)
        item["options"] = .list(options.map { .map(["id": .string($0.id), "title": .string($0.title)]) })
        item["startsAt"] = .time(window.startsAt)
        item["endsAt"] = .time(window.endsAt)
        if let timeZone { item["timeZone"] = .string(timeZone) }
        item["version"] = .number(version)
        item["scheduleVersion"] = .number(scheduleVersion)
        item["createdBy"] = .string(createdBy)
        item["createdAt"] = .time(createdAt)
        if let draftHash { item["draftHash"] = .string(draftHash) }
        if let cancelledAt {
            item["cancelledAt"] = .time(cancelledAt)
        } else {
            // Out of the index, a cancelled voting is out of every listing; a direct link still finds it.
            item[ItemName.firstIndexPartition] = .string(Self.listing(of: kind))
            item[ItemName.firstIndexSort] = .string("\(window.endsAt)#\(id)")
        }
        return item
    }
}
