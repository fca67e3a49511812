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

    func draft() throws(RequestError) -> VotingDraft {
        guard let kind = Voting.Kind(rawValue: kind) else { throw .field("kind") }
        return VotingDraft(
            title: title, kind: kind, options: options.map(\.option),
            window: VotingWindow(
                startsAt: try instant(startsAt, field: "startsAt"), endsAt: try instant(endsAt, field: "endsAt")))
    }
}

/// The body of a request to change a voting; what it leaves out stays.
struct VotingChange: Decodable {
    var title: String?
    var kind: String?
    var options: [VotingOptionBody]?
    var startsAt: String?
    var endsAt: String?

    func patch() throws(RequestError) -> VotingPatch {
        var patch = VotingPatch(title: title, options: options?.map(\.option))
        if let kind {
            guard let kind = Voting.Kind(rawValue: kind) else { throw .field("kind") }
            patch.kind = kind
        }
        if let startsAt { patch.startsAt = try instant(startsAt, field: "startsAt") }
        if let endsAt { patch.endsAt = try instant(endsAt, field: "endsAt") }
        return patch
    }
}

struct VotingOptionBody: Decodable {
    var id: String
    var title: String

    var option: Voting.Option { Voting.Option(id: id, title: title) }
}

/// An instant with its offset from UTC: `2023-02-23T18:00:00+01:00`.
private func instant(_ text: String, field: String) throws(RequestError) -> Timestamp {
    guard let instant = Timestamp(rfc3339: text) else { throw .field(field) }
    return instant
}
