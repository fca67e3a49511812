package import Time

/// When what users did in time is all stored.
///
/// A vote is judged by the gateway's time of receipt and stored a little later. The gateway gives a function at most 30
/// s, and one that is called in the last of them has 10 s of its own (its `Timeout` in the template): 40 s in all, of
/// which this makes a whole minute.
extension Voting {
    package static let settlingTime: Duration = .seconds(60)

    /// From then on every vote that counts is stored, and the final count may begin.
    package var countableFrom: Timestamp { window.endsAt + Self.settlingTime }

    /// From then on no vote comes any more and refunds may begin; nil unless the voting is cancelled.
    ///
    /// The cancelling is stored at most a settling time after ``cancelledAt``. Up to a cache's lifetime later votes are
    /// accepted still on what was read before it; and each is stored at most a settling time after that.
    package var refundableFrom: Timestamp? {
        cancelledAt.map { $0 + Self.settlingTime + Self.cacheLifetime + Self.settlingTime }
    }
}
