package import Time

/// What an administrator says of a voting.
package struct VotingDraft: Hashable, Sendable {
    /// Bytes of UTF-8, as for an update: titles go into messages.
    package static let titleBytesMax = 200
    package static let optionsMin = 2
    package static let optionsMax = 100
    package static let optionIDLengthMax = 64

    package var title: String
    package var kind: Voting.Kind
    package var options: [Voting.Option]
    package var window: VotingWindow
    /// By whose clocks it is planned; nil if nobody said.
    package var timeZone: String?

    package init(
        title: String, kind: Voting.Kind, options: [Voting.Option], window: VotingWindow, timeZone: String? = nil
    ) {
        self.title = title
        self.kind = kind
        self.options = options
        self.window = window
        self.timeZone = timeZone
    }

    init(_ voting: Voting) {
        self.init(
            title: voting.title, kind: voting.kind, options: voting.options, window: voting.window,
            timeZone: voting.timeZone)
    }

    /// All that it says, in an order of its own, for a hash of it.
    package var parts: [String] {
        [title, kind.rawValue, window.startsAt.description, window.endsAt.description]
            + options.flatMap { [$0.id, $0.title] } + (timeZone.map { [$0] } ?? [])
    }

    /// The first thing wrong with the words and options (R4), or nil.
    var textRefusal: VotingPlanRefusal? {
        guard Self.isTitle(title) else { return .titleInvalid }
        guard (Self.optionsMin...Self.optionsMax).contains(options.count) else { return .optionCountInvalid }
        guard options.allSatisfy({ Self.isOptionID($0.id) && Self.isTitle($0.title) }) else { return .optionInvalid }
        guard Set(options.map(\.id)).count == options.count else { return .optionRepeated }
        return nil
    }

    private static func isTitle(_ text: String) -> Bool {
        text.utf8.count <= titleBytesMax && !text.allSatisfy(\.isWhitespace)
    }

    private static func isOptionID(_ text: String) -> Bool {
        (1...optionIDLengthMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

/// The changes an administrator asks for; nil leaves what is there.
package struct VotingPatch: Hashable, Sendable {
    package var title: String?
    /// Nothing but what it is already is accepted (R5).
    package var kind: Voting.Kind?
    package var options: [Voting.Option]?
    package var startsAt: Timestamp?
    package var endsAt: Timestamp?
    package var timeZone: String?

    package init(
        title: String? = nil, kind: Voting.Kind? = nil, options: [Voting.Option]? = nil, startsAt: Timestamp? = nil,
        endsAt: Timestamp? = nil, timeZone: String? = nil
    ) {
        self.title = title
        self.kind = kind
        self.options = options
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.timeZone = timeZone
    }
}
