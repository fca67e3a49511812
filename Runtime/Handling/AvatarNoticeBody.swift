package import Domain

/// A notice on its way from the function that processes avatars to the one that keeps the profiles.
package struct AvatarNoticeBody: Codable, Hashable, Sendable {
    package var userID: String
    package var uploadID: String
    package var sequencer: String
    package var outcome: Outcome
    /// Of a failed one.
    package var reason: String?

    package enum Outcome: String, Codable, Sendable {
        case ready = "READY"
        case failed = "FAILED"
    }

    package init(_ notice: AvatarNotice) {
        userID = notice.upload.userID
        uploadID = notice.upload.id
        sequencer = notice.sequencer.text
        switch notice.outcome {
        case .ready: outcome = .ready
        case .failed(let failure):
            outcome = .failed
            reason = failure.rawValue
        }
    }

    /// nil if it is of no kind that we send.
    package var notice: AvatarNotice? {
        guard let sequencer = AvatarSequencer(sequencer), !userID.isEmpty, !uploadID.isEmpty else { return nil }
        let upload = AvatarUpload(userID: userID, id: uploadID)
        switch outcome {
        case .ready: return AvatarNotice(upload, sequencer, .ready)
        case .failed:
            guard let failure = reason.flatMap(AvatarFailure.init(rawValue:)) else { return nil }
            return AvatarNotice(upload, sequencer, .failed(failure))
        }
    }
}
