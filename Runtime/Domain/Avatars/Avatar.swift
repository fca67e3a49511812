package import Items
package import Time

/// What became of a user's upload, as whoever processed it reports it.
package struct AvatarNotice: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The pictures are stored.
        case ready
        case failed(AvatarFailure)
    }

    package var upload: AvatarUpload
    package var sequencer: AvatarSequencer
    package var outcome: Outcome

    package init(_ upload: AvatarUpload, _ sequencer: AvatarSequencer, _ outcome: Outcome) {
        self.upload = upload
        self.sequencer = sequencer
        self.outcome = outcome
    }
}

/// A user's avatar: attributes of the profile, which others have a hand in too.
package struct Avatar: StoredEntity, Hashable {
    /// The latest upload of which anything is known, and where it stands among others.
    package var uploadID: String
    package var sequencer: AvatarSequencer
    /// What became of that; nil if there is an avatar of it.
    package var failure: AvatarFailure?
    /// When that came to be known.
    package var changedAt: Timestamp
    /// Of the latest upload that became one; a failed upload leaves what was there.
    package var made: Made?

    package struct Made: Hashable, Sendable {
        package var pictures: AvatarPictures
        /// Of their upload; never later than that of the avatar.
        package var sequencer: AvatarSequencer
    }

    private static let uploadName = "avatarUploadID"
    private static let sequencerName = "avatarSequencer"
    private static let failureName = "avatarFailure"
    private static let changedName = "avatarChangedAt"
    private static let picturesName = "avatarPictures"
    private static let picturesSequencerName = "avatarPicturesSequencer"

    package static func key(of userID: String) -> ItemKey { Profile.key(of: userID) }

    /// Whether a profile tells of an avatar at all.
    package static func isTold(by profile: Item) -> Bool { profile[sequencerName] != nil }

    package init(item: Item) throws(MalformedItem) {
        let reader = ItemReader(item, "avatar")
        func sequencer(_ name: String) throws(MalformedItem) -> AvatarSequencer {
            guard let sequencer = AvatarSequencer(try reader.string(name)) else { throw MalformedItem("avatar", name) }
            return sequencer
        }
        uploadID = try reader.string(Self.uploadName)
        self.sequencer = try sequencer(Self.sequencerName)
        if let code = try reader.optional(Self.failureName, reader.string) {
            guard let failure = AvatarFailure(rawValue: code) else { throw MalformedItem("avatar", Self.failureName) }
            self.failure = failure
        }
        changedAt = try reader.time(Self.changedName)
        if let folder = try reader.optional(Self.picturesName, reader.string) {
            made = Made(
                pictures: AvatarPictures(folder: folder), sequencer: try sequencer(Self.picturesSequencerName))
        }
    }

    /// Takes the place of what is told of an earlier upload, and of nothing else (R29).
    static func write(_ notice: AvatarNotice, at now: Timestamp) -> ItemWrite {
        var updates: [AttributeUpdate] = [
            .set(uploadName, .string(notice.upload.id)), .set(sequencerName, .string(notice.sequencer.text)),
            .set(changedName, .time(now)),
        ]
        switch notice.outcome {
        case .ready: updates += [.remove(failureName)] + pictures(of: notice)
        case .failed(let failure): updates.append(.set(failureName, .string(failure.rawValue)))
        }
        return .update(key(of: notice.upload.userID), updates, if: isEarlier(sequencerName, notice))
    }

    /// Takes the place of earlier pictures, where a later upload has failed already: in whatever order the notices
    /// come, they leave the same.
    static func writePictures(_ notice: AvatarNotice) -> ItemWrite {
        .update(
            key(of: notice.upload.userID), pictures(of: notice), if: isEarlier(picturesSequencerName, notice))
    }

    private static func pictures(of notice: AvatarNotice) -> [AttributeUpdate] {
        [
            .set(picturesName, .string(notice.upload.pictures(notice.sequencer).folder)),
            .set(picturesSequencerName, .string(notice.sequencer.text)),
        ]
    }

    private static func isEarlier(_ name: String, _ notice: AvatarNotice) -> Condition {
        .any([.notExists(name), .less(name, .string(notice.sequencer.text))])
    }
}

/// What a notice does to a profile.
package enum AvatarStep: Hashable, Sendable {
    case forward([ItemWrite])
    /// The profile tells of that upload already.
    case repeated
    /// It tells of a later one.
    case superseded
}

/// Decides what a notice changes (R29): the profile only goes forward by S3's sequencer, in whatever order and however
/// often notices come.
///
/// - Parameter avatar: what the profile tells; nil may also mean "not read", as the write's condition decides.
package func decideAvatar(_ notice: AvatarNotice, after avatar: Avatar?, at now: Timestamp) -> AvatarStep {
    guard let avatar, notice.sequencer <= avatar.sequencer else { return .forward([Avatar.write(notice, at: now)]) }
    if notice.sequencer == avatar.sequencer { return .repeated }
    guard notice.outcome == .ready else { return .superseded }
    if let made = avatar.made, notice.sequencer <= made.sequencer {
        return notice.sequencer == made.sequencer ? .repeated : .superseded
    }
    return .forward([Avatar.writePictures(notice)])
}
