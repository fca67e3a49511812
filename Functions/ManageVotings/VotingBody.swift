import Domain
import Events
import Time

/// The body of a request to make a voting.
struct NewVoting: Decodable {
    var title: String
    var kind: String
    var options: [VotingOptionBody]
    var startsAt: String
    var endsAt: String
    var timeZone: String?

    /// - Throws: ``RequestError``, ``VotingTimeRefusal``, or what is wrong with the zones in `directory`.
    func draft(zonesIn directory: String) throws -> VotingDraft {
        guard let kind = Voting.Kind(rawValue: kind) else { throw RequestError.field("kind") }
        let clock = try VotingClock(timeZone, zonesIn: directory)
        return VotingDraft(
            title: title, kind: kind, options: options.map(\.option),
            window: VotingWindow(
                startsAt: try clock.instant(startsAt, field: "startsAt"),
                endsAt: try clock.instant(endsAt, field: "endsAt")),
            timeZone: timeZone)
    }
}

/// The body of a request to change a voting; what it leaves out stays.
struct VotingChange: Decodable {
    var title: String?
    var kind: String?
    var options: [VotingOptionBody]?
    var startsAt: String?
    var endsAt: String?
    /// By which the times of this very request are given.
    var timeZone: String?

    /// - Throws: as ``NewVoting/draft(zonesIn:)``.
    func patch(zonesIn directory: String) throws -> VotingPatch {
        var patch = VotingPatch(title: title, options: options?.map(\.option), timeZone: timeZone)
        if let kind {
            guard let kind = Voting.Kind(rawValue: kind) else { throw RequestError.field("kind") }
            patch.kind = kind
        }
        let clock = try VotingClock(timeZone, zonesIn: directory)
        if let startsAt { patch.startsAt = try clock.instant(startsAt, field: "startsAt") }
        if let endsAt { patch.endsAt = try clock.instant(endsAt, field: "endsAt") }
        return patch
    }
}

struct VotingOptionBody: Decodable {
    var id: String
    var title: String

    var option: Voting.Option { Voting.Option(id: id, title: title) }
}
