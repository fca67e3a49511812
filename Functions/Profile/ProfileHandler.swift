import Domain
package import Events
import Handling
import Items
import JSON
package import LambdaRuntime
package import Services
import Time

/// Shows users their own credits, ledger and preferences, and takes what they prefer (R6, R10, R17, R18, R76).
package struct ProfileHandler: LambdaHandler {
    private static let name = "Profile"
    /// Lines of a page of the ledger, where the request names no number; and at most.
    private static let (pageLines, pageLinesMax) = (25, 100)

    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: Self.name, context) {
            switch event.routeKey {
            case "GET /me": try await show(event)
            case "GET /me/ledger": try await ledger(event)
            case "PATCH /me/preferences": try await change(event, context)
            default: throw RequestError.routeUnknown
            }
        }
    }

    private func show(_ event: HTTPEvent) async throws -> HTTPReply {
        let userID = try event.userID()
        let items = try await store.items(at: [Profile.key(of: userID), Balance.key(of: userID)])
        let profile = try items[0].map { try Profile(item: $0) } ?? Profile()
        var body: JSONObject = [
            "userID": .string(userID),
            "credits": .number(JSONNumber(try items[1].map { try Balance(item: $0) }?.credits ?? 0)),
            "preferences": .object(profile.preferences),
        ]
        // The pool knows them; an access token does not say them.
        for name in ["name", "email"] { body[name] = event.claims.values[name] }
        if let createdAt = profile.createdAt { body["createdAt"] = .string(createdAt.description) }
        return HTTPReply(.ok, body: body)
    }

    // MARK: The ledger

    /// A page, the newest first. `next` of one page is `after` of the next; it is meaningful to its user alone, for the
    /// partition is always that of who asks.
    private func ledger(_ event: HTTPEvent) async throws -> HTTPReply {
        let userID = try event.userID()
        var query = ItemQuery(
            .users, partition: Balance.key(of: userID).partition, sort: .prefix(LedgerEntry.sortPrefix),
            newestFirst: true, limit: try lines(event.queryStringParameters?["limit"]))
        if let after = event.queryStringParameters?["after"] {
            query.after = try PageCursor.cursor(
                after, parameter: "after", in: .users, partition: query.partition, prefix: LedgerEntry.sortPrefix)
        }
        let page = try await store.query(query)
        return HTTPReply(
            .ok,
            body: [
                "entries": .array(try page.items.map { .object(try LedgerLine(item: $0).json) }),
                "next": page.next.flatMap(PageCursor.text).map(JSONValue.string) ?? .null,
            ])
    }

    private func lines(_ text: String?) throws(RequestError) -> Int {
        guard let text else { return Self.pageLines }
        guard let lines = Int(text), (1...Self.pageLinesMax).contains(lines) else { throw .parameter("limit") }
        return lines
    }

    // MARK: Preferences

    private struct PreferencesRequest: Decodable {
        var showPaid: Bool?
        var reminders: Bool?
        var updates: Bool?
    }

    private func change(_ event: HTTPEvent, _ context: InvocationContext) async throws -> HTTPReply {
        let userID = try event.userID()
        let request = try event.body(as: PreferencesRequest.self)
        let change = PreferenceChange(
            showsPaid: request.showPaid, reminders: request.reminders, updates: request.updates)
        let outcome = try await retryingConflicts { attempt in
            let profile = try await store.read(Profile.self, at: Profile.key(of: userID))
            let outcome = decidePreferences(change, of: userID, after: profile, at: event.receivedAt)
            try await store.commit(outcome.writes, token: attempt.token(context.requestID))
            return outcome
        }
        if !outcome.writes.isEmpty {
            context.count(
                [
                    "UpdatesConsented": request.updates == true ? 1 : 0,
                    "UpdatesWithdrawn": request.updates == false ? 1 : 0,
                ], by: Self.name)
        }
        return HTTPReply(.ok, body: outcome.profile.preferences)
    }
}

extension Profile {
    fileprivate var preferences: JSONObject {
        [
            "showPaid": .bool(showsPaid?.isOn ?? Self.showsPaidByDefault),
            "reminders": .bool(reminders?.isOn ?? Self.preferencesByDefault),
            "updates": .bool(updates?.isOn ?? Self.preferencesByDefault),
        ]
    }
}

extension LedgerLine {
    fileprivate var json: JSONObject {
        var json: JSONObject = [
            "at": .string(at.description), "credits": .number(JSONNumber(credits)), "cause": .string(cause),
            "reference": .string(reference),
        ]
        if owed > 0 { json["owed"] = .number(JSONNumber(owed)) }
        return json
    }
}
