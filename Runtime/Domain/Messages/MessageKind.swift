/// What the app is sent (R17–R20).
package enum MessageKind: String, CaseIterable, Codable, Sendable {
    case reminder = "REMINDER"
    case alert = "ALERT"
    /// From the client, ad hoc, to who consented (R18).
    case update = "UPDATE"

    /// Over so many partitions the possible recipients are spread.
    package var shards: Int {
        switch self {
        case .reminder, .update: Preference.shards
        case .alert: Participation.shards
        }
    }

    /// Of the messages in inboxes: at most one for each user, reference and version. A voting alerts once, whatever
    /// becomes of its end afterwards (R19).
    ///
    /// - Parameter version: the schedule's.
    package func inboxVersion(ofSchedule version: Int) -> Int { self == .alert ? 1 : version }
}

/// A share of a message on its way: the recipients of one shard, from one of them on.
///
/// Travels through a queue, and may come twice.
package struct MessageShare: Codable, Hashable, Sendable {
    package var kind: MessageKind
    /// The voting's id, or the update's.
    package var reference: String
    /// The voting's schedule version; 1 for an update.
    package var version: Int
    /// 0 to ``MessageKind/shards`` − 1.
    package var shard: Int
    /// The sort key after which to go on; nil for the shard's first page.
    package var after: String?

    package init(kind: MessageKind, reference: String, version: Int, shard: Int, after: String? = nil) {
        self.kind = kind
        self.reference = reference
        self.version = version
        self.shard = shard
        self.after = after
    }

    /// One for each shard.
    package static func all(_ kind: MessageKind, of reference: String, version: Int) -> [MessageShare] {
        (0..<kind.shards).map { MessageShare(kind: kind, reference: reference, version: version, shard: $0) }
    }
}
