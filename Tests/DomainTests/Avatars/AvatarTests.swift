import Domain
import Items
import Testing
import Time

struct AvatarTests {
    static let now = Timestamp(milliseconds: 1_000)
    static func sequencer(_ text: String) -> AvatarSequencer { AvatarSequencer(text)! }
    static func notice(_ sequencer: String, _ outcome: AvatarNotice.Outcome = .ready) -> AvatarNotice {
        AvatarNotice(AvatarUpload(userID: "ada", id: "u1"), Self.sequencer(sequencer), outcome)
    }

    // MARK: Keys

    @Test(arguments: [
        ("uploads/ada/u1", "ada", "u1"), ("uploads/a b+c%/ü", "a b+c%", "ü"), ("uploads/a/b/u1", "a/b", "u1"),
        ("uploads//x/u1", "/x", "u1"),
    ])
    func `reads what it writes`(key: String, userID: String, id: String) throws {
        let upload = try #require(AvatarUpload(key: key))
        #expect(upload == AvatarUpload(userID: userID, id: id))
        #expect(upload.key == key)
    }

    @Test(arguments: [
        "", "uploads/", "uploads/ada", "uploads//u1", "uploads/ada/", "avatars/ada/u1", "xuploads/ada/u1",
        "Uploads/a/b",
    ])
    func `takes no other keys`(key: String) { #expect(AvatarUpload(key: key) == nil) }

    @Test func `pictures of another version have other keys`() {
        let upload = AvatarUpload(userID: "ada", id: "u1")
        let keys = ["0A", "0B"].flatMap { text in
            AvatarPictures.Size.allCases.map { upload.pictures(Self.sequencer(text)).key($0) }
        }
        #expect(
            keys == [
                "avatars/ada/u1-0A/512.jpg", "avatars/ada/u1-0A/96.jpg", "avatars/ada/u1-0B/512.jpg",
                "avatars/ada/u1-0B/96.jpg",
            ])
    }

    // MARK: Order

    @Test(arguments: [
        ("0A", "0B"), ("9", "A"), ("0A", "0a1"), ("0A00", "0A01"), ("0", "00001"), ("0FFFFF", "1"),
        ("0055AED6DCD90281E5", "0055AED6DCD90281E6"),
    ])
    func `a later sequencer is greater`(earlier: String, later: String) {
        #expect(Self.sequencer(earlier) < Self.sequencer(later))
        #expect(!(Self.sequencer(later) < Self.sequencer(earlier)))
        // The store compares the texts.
        let (a, b) = (Self.sequencer(earlier).text, Self.sequencer(later).text)
        #expect(a.utf8.lexicographicallyPrecedes(b.utf8))
    }

    @Test(arguments: [("0A", "0a"), ("0A", "0A0000"), ("0", "000")])
    func `the shorter one is filled up with zeros`(a: String, b: String) {
        #expect(Self.sequencer(a) == Self.sequencer(b))
    }

    @Test(arguments: ["", "0x1", "12 ", "latest", "-1", String(repeating: "0", count: 65)])
    func `anything else is no sequencer`(text: String) { #expect(AvatarSequencer(text) == nil) }

    // MARK: Decisions

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var stored: String?
        var come: String
        var outcome = AvatarNotice.Outcome.ready
        /// nil: forward.
        var step: AvatarStep?
    }
    static let rows = [
        Row(testDescription: "the first", come: "0A"),
        Row(testDescription: "a later one", stored: "0A", come: "0B"),
        Row(testDescription: "a later failure", stored: "0A", come: "0B", outcome: .failed(.damaged)),
        Row(testDescription: "the same", stored: "0A", come: "0A00", step: .repeated),
        Row(
            testDescription: "the same as a failure", stored: "0A", come: "0A", outcome: .failed(.empty),
            step: .repeated),
        Row(testDescription: "an earlier one", stored: "0B", come: "0A", step: .superseded),
    ]
    @Test(arguments: rows) func `profiles only go forward`(row: Row) throws {
        let stored = try row.stored.map { text in
            try Avatar(item: [
                "avatarUploadID": "u0", "avatarSequencer": .string(Self.sequencer(text).text), "avatarChangedAt": 1,
                "avatarPictures": "x", "avatarPicturesSequencer": .string(Self.sequencer(text).text),
            ])
        }
        let step = decideAvatar(Self.notice(row.come, row.outcome), after: stored, at: Self.now)
        guard let expected = row.step else {
            guard case .forward(let writes) = step else {
                Issue.record("\(step)")
                return
            }
            #expect(writes.count == 1)
            return
        }
        #expect(step == expected)
    }

    @Test func `a notice takes the place of earlier ones alone`() {
        let text = AttributeValue.string("0B")
        #expect(
            decideAvatar(Self.notice("0B00"), after: nil, at: Self.now)
                == .forward([
                    .update(
                        ItemKey(.users, "USER#ada", "PROFILE"),
                        [
                            .set("avatarUploadID", "u1"), .set("avatarSequencer", text), .set("avatarChangedAt", 1_000),
                            .remove("avatarFailure"), .set("avatarPictures", "avatars/ada/u1-0B"),
                            .set("avatarPicturesSequencer", text),
                        ], if: .any([.notExists("avatarSequencer"), .less("avatarSequencer", text)]))
                ]))
    }

    /// Every order of the notices of four uploads, one of them twice, as a store would carry them out.
    @Test func `notices leave the same in every order`() throws {
        let notices = [
            Self.notice("0A"), Self.notice("0B", .failed(.damaged)), Self.notice("0C"),
            Self.notice("0D", .failed(.empty)),
            Self.notice("0C"),
        ]
        var ends: Set<Avatar?> = []
        func deliver(_ rest: [AvatarNotice], to profile: Item) throws {
            if rest.isEmpty { ends.insert(try Avatar(item: profile)) }
            for index in rest.indices {
                var others = rest
                let notice = others.remove(at: index)
                var profile = profile
                let stored = Avatar.isTold(by: profile) ? try Avatar(item: profile) : nil
                if case .forward(let writes) = decideAvatar(notice, after: stored, at: Self.now),
                    case .update(_, let updates, _) = writes[0]
                {
                    for update in updates {
                        switch update {
                        case .set(let name, let value): profile[name] = value
                        case .remove(let name): profile[name] = nil
                        default: Issue.record("\(update)")
                        }
                    }
                }
                try deliver(others, to: profile)
            }
        }
        try deliver(notices, to: [:])
        #expect(ends.count == 1)
        let end = try #require(ends.first ?? nil)
        #expect(end.sequencer == Self.sequencer("0D") && end.failure == .empty)
        #expect(end.made?.sequencer == Self.sequencer("0C"))
    }

    @Test func `a failure leaves the pictures`() {
        guard case .forward(let writes) = decideAvatar(Self.notice("0B", .failed(.damaged)), after: nil, at: Self.now),
            case .update(_, let updates, _) = writes[0]
        else {
            Issue.record("no update")
            return
        }
        #expect(updates.contains(.set("avatarFailure", "DAMAGED")))
        #expect(!updates.contains { update in "\(update)".contains("avatarPictures") })
    }

    @Test(
        arguments: [
            ("image/jpeg", 1, nil), ("image/png", AvatarUpload.bytesMax, nil), ("image/gif", 1, .typeUnsupported),
            ("IMAGE/JPEG", 1, .typeUnsupported), ("", 0, .typeUnsupported), ("image/jpeg", 0, .empty),
            ("image/jpeg", -1, .empty), ("image/jpeg", AvatarUpload.bytesMax + 1, .tooLarge),
            ("image/png", Int.max, .tooLarge),
        ] as [(String, Int, AvatarUploadRefusal?)])
    func `offers uploads`(type: String, bytes: Int, refusal: AvatarUploadRefusal?) {
        #expect(decideAvatarUpload(type: type, bytes: bytes) == refusal)
    }
}
