package import Domain
package import JSON
package import Time

extension Voting {
    /// What clients see of a voting: its tile, with its kind (R5), and where it stands at `now` (R15).
    package func json(at now: Timestamp) -> JSONObject {
        var json: JSONObject = [
            "votingID": .string(id), "title": .string(title), "kind": .string(kind.rawValue),
            "options": .array(options.map { ["id": .string($0.id), "title": .string($0.title)] }),
            "startsAt": .string(window.startsAt.description), "endsAt": .string(window.endsAt.description),
            "phase": .string(phase(at: now).rawValue), "serverTime": .string(now.description),
        ]
        if let timeZone { json["timeZone"] = .string(timeZone) }
        return json
    }
}
