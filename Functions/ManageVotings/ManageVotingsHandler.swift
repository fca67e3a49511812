import Domain
package import Events
import Handling
import JSON
package import LambdaRuntime
package import Services
import Time

/// Makes, changes, closes and cancels votings for administrators (R4, R5, R13, R14).
package struct ManageVotingsHandler: LambdaHandler {
    private let store: any ItemStore
    private let rules: VotingPlanRules
    private let zoneDirectory: String

    /// - Parameters:
    ///   - openVotingsMax: at every instant at most so many votings are open (R13).
    ///   - zoneDirectory: where the time zones are.
    package init(store: any ItemStore, openVotingsMax: Int, zoneDirectory: String) {
        self.store = store
        self.zoneDirectory = zoneDirectory
        rules = VotingPlanRules(openAtOnceMax: openVotingsMax)
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "ManageVotings", context) {
            do {
                return try await reply(to: event, context)
            } catch let refusal as VotingTimeRefusal {
                return HTTPReply(refusal)
            }
        }
    }

    private func reply(to event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let administratorID = try event.administratorID()
        switch event.routeKey {
        case "POST /votings": return try await create(event, by: administratorID, context)
        case "PATCH /votings/{votingID}":
            let patch = try event.body(as: VotingChange.self).patch(zonesIn: zoneDirectory)
            return try await change(event, context) { voting, calendar, now in
                decideVotingChange(patch, of: voting, calendar: calendar, rules: rules, at: now)
            }
        case "POST /votings/{votingID}/cancel":
            return try await change(event, context) { voting, calendar, _ in
                // By when it was asked for: refunds and the audit allow for the time that storing it takes.
                decideCancellation(of: voting, calendar: calendar, at: event.receivedAt)
            }
        case "POST /votings/{votingID}/close":
            return try await change(event, context) { voting, calendar, now in
                decideClosing(of: voting, calendar: calendar, at: now)
            }
        default: throw RequestError.routeUnknown
        }
    }

    private func create(
        _ event: HTTPEvent, by administratorID: String, _ context: InvocationContext
    ) async throws -> HTTPReply {
        let draft = try event.body(as: NewVoting.self).draft(zonesIn: zoneDirectory)
        let id = derivedID("voting", of: administratorID, key: try event.idempotencyKey())
        return try await retryingConflicts { attempt in
            let (earlier, calendar) = try await read(id)
            let decision = decideNewVoting(
                draft, hash: fingerprint(of: draft.parts), id: id, by: administratorID, after: earlier,
                calendar: calendar, rules: rules,
                at: event.receivedAt)
            return try await carryOut(decision, .created, event, attempt, context)
        }
    }

    private func change(
        _ event: HTTPEvent, _ context: InvocationContext,
        decide: (Voting?, VotingCalendar?, Timestamp) -> Decision<Voting, VotingPlanRefusal>
    ) async throws -> HTTPReply {
        let id = try event.pathParameter("votingID")
        let judging = Judging(receivedAt: event.receivedAt, arrivedAt: context.receivedAt)
        return try await retryingConflicts { attempt in
            let (voting, calendar) = try await read(id)
            let verdict = judging.verdict()
            return try await verdict.inTime {
                try await carryOut(decide(voting, calendar, verdict.now), .ok, event, attempt, context)
            }
        }
    }

    private func read(_ id: String) async throws -> (Voting?, VotingCalendar?) {
        let items = try await store.items(at: [Voting.key(id), VotingCalendar.key])
        return (try items[0].map { try Voting(item: $0) }, try items[1].map { try VotingCalendar(item: $0) })
    }

    private func carryOut(
        _ decision: Decision<Voting, VotingPlanRefusal>, _ status: HTTPReply.Status, _ event: HTTPEvent,
        _ attempt: Attempt, _ context: InvocationContext
    ) async throws -> HTTPReply {
        switch decision {
        case .refused(let refusal): return HTTPReply(refusal)
        case .accepted(let voting, let writes):
            try await store.commit(writes, token: attempt.token(context.requestID))
            if !writes.isEmpty { context.count([Self.metric(of: event): 1], by: "ManageVotings") }
            var body = voting.json(at: event.receivedAt)
            body["version"] = .number(JSONNumber(voting.version))
            body["scheduleVersion"] = .number(JSONNumber(voting.scheduleVersion))
            return HTTPReply(writes.isEmpty ? .ok : status, body: body)
        }
    }

    private static func metric(of event: HTTPEvent) -> String {
        switch event.routeKey {
        case "POST /votings": "VotingsMade"
        case "POST /votings/{votingID}/cancel": "VotingsCancelled"
        case "POST /votings/{votingID}/close": "VotingsClosed"
        default: "VotingsChanged"
        }
    }
}

extension HTTPReply {
    fileprivate init(_ refusal: VotingTimeRefusal) {
        let details: JSONObject =
            switch refusal {
            case .timeZoneUnknown(let suggestion?): ["field": "timeZone", "suggestion": .string(suggestion)]
            case .timeZoneUnknown(nil): ["field": "timeZone"]
            case .localTimeSkipped(let field): ["field": .string(field)]
            case .localTimeAmbiguous(let field, let earlier, let later):
                [
                    "field": .string(field), "earlier": .string(earlier.description),
                    "later": .string(later.description),
                ]
            }
        self.init(.unprocessable, code: refusal.code.rawValue, message: refusal.message, details: details)
    }

    fileprivate init(_ refusal: VotingPlanRefusal) {
        let (status, details): (Status, JSONObject) =
            switch refusal {
            case .votingUnknown: (.notFound, [:])
            case .keyReused, .cancelled, .kindFixed: (.conflict, [:])
            case .ended(let endsAt): (.conflict, ["endsAt": .string(endsAt.description)])
            case .started(let startsAt), .notStarted(let startsAt):
                (.conflict, ["startsAt": .string(startsAt.description)])
            case .titleInvalid, .optionCountInvalid, .optionInvalid, .optionRepeated, .windowEmpty:
                (.unprocessable, [:])
            case .windowPast(let earliest): (.unprocessable, ["earliest": .string(earliest.description)])
            case .windowTooFar(let latest): (.unprocessable, ["latest": .string(latest.description)])
            case .calendarFull(let limit), .tooManyOpen(let limit): (.conflict, ["limit": .number(JSONNumber(limit))])
            }
        self.init(status, code: refusal.code.rawValue, message: refusal.message, details: details)
    }
}
