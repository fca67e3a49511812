import JSON
import NIOCore
import NIOHTTP1
import Synchronization
import Time

/// Stands in for Stripe, which costs money: it speaks Stripe's wire format, keeps the
/// hosted checkouts, and signs the webhooks that it sends.
///
/// - Note: Source: Stripe API Reference, "Checkout Sessions", "Idempotent requests", "Errors"; Stripe Docs, "Webhooks".
package final class StripeStandIn: Sendable {
    /// Checkouts kept; one more is refused with Stripe's rate-limit error.
    static let sessionsMax = 100_000

    private struct State {
        var sessions: [String: StripeSession] = [:]
        /// What a key was first used for: the same request again gets the same session.
        var idempotency: [String: (form: [String: String], sessionID: String)] = [:]
        var requests: [StripeSession] = []
        var eventCount = 0
    }
    private let state = Mutex(State())
    private let clock: EmulatorClock
    private let webhookSecrets: [String: String]
    /// The address under which the emulator itself is reached, for the hosted page.
    private let endpoint: String
    private let log: CheckoutLog

    /// - Parameter webhookSecrets: by what follows `/webhooks/stripe/` in the address of the webhook.
    package init(
        clock: EmulatorClock, webhookSecrets: [String: String], endpoint: String, log: CheckoutLog = CheckoutLog()
    ) {
        self.clock = clock
        self.webhookSecrets = webhookSecrets
        self.endpoint = endpoint
        self.log = log
    }

    package static let pathPrefix = "/stripe/"

    /// Answers one call of Stripe's API.
    package func handle(_ request: HTTPRequest) -> HTTPResponse {
        guard request.headers.first(name: "Authorization")?.hasPrefix("Bearer sk_") ?? false else {
            return Self.error(
                .unauthorized, type: "invalid_request_error",
                "You did not provide an API key. Send it as 'Authorization: Bearer sk_…'.")
        }
        let path = request.path.dropFirst(Self.pathPrefix.count).split(separator: "/").map(String.init)
        switch (request.method, path.count) {
        case (.POST, 3) where path == ["v1", "checkout", "sessions"]:
            return create(request)
        case (.GET, 4) where path.prefix(3) == ["v1", "checkout", "sessions"]:
            guard let session = state.withLock({ $0.sessions[path[3]] }) else { return Self.noSuchSession(path[3]) }
            return HTTPResponse(.ok, json: session.json.compactBytes)
        case (.GET, 3) where path.prefix(2) == ["v1", "charges"]:
            let session = state.withLock { $0.sessions.values.first { $0.chargeID == path[2] } }
            guard let session, session.paymentStatus == "paid" else {
                return Self.error(.notFound, type: "invalid_request_error", "No such charge: '\(path[2])'")
            }
            return HTTPResponse(.ok, json: session.charge.compactBytes)
        default:
            return Self.error(
                .notFound, type: "invalid_request_error",
                "Unrecognized request URL (\(request.method): \(request.path)).")
        }
    }

    private func create(_ request: HTTPRequest) -> HTTPResponse {
        let form = FormFields(String(buffer: request.body)).values
        let now = clock.now
        let key = request.headers.first(name: "Idempotency-Key")
        let endpoint = endpoint
        return state.withLock { state in
            if let key, let earlier = state.idempotency[key] {
                guard earlier.form == form else {
                    return Self.error(
                        .badRequest, type: "idempotency_error",
                        "Keys for idempotent requests can only be used with the same parameters they were first used with."
                    )
                }
                return HTTPResponse(.ok, json: state.sessions[earlier.sessionID]!.json.compactBytes)
            }
            guard state.sessions.count < Self.sessionsMax else {
                return Self.error(
                    .tooManyRequests, type: "rate_limit_error", "Too many checkouts; restart the emulator.")
            }
            let session: StripeSession
            do throws(StripeSession.Problem) {
                session = try StripeSession(
                    id: "cs_test_\(state.requests.count + 1)", form: form, createdAt: now, endpoint: endpoint)
            } catch {
                return Self.error(.badRequest, type: "invalid_request_error", error.message, parameter: error.parameter)
            }
            state.sessions[session.id] = session
            state.requests.append(session)
            log.add(
                CheckoutLog.Entry(reference: session.reference, amount: session.amount, currency: session.currency))
            if let key { state.idempotency[key] = (form, session.id) }
            return HTTPResponse(.ok, json: session.json.compactBytes)
        }
    }

    /// Ends the checkout that was opened for `reference` and makes the webhook request that Stripe would send.
    ///
    /// - Throws: `EmulatorError` if no checkout was opened for it.
    package func finish(reference: String, as outcome: CheckoutOutcome) throws(EmulatorError) -> StripeWebhookRequest {
        let now = clock.now
        let event: Result<JSONValue, EmulatorError> = state.withLock { state in
            guard var session = state.requests.last(where: { $0.reference == reference }) else {
                return .failure(Self.noCheckout(reference))
            }
            session = state.sessions[session.id]!
            let type: String
            switch outcome {
            case .paid(let amount, let currency):
                session.status = "complete"
                session.paymentStatus = "paid"
                if let amount { session.amount = amount }
                if let currency { session.currency = currency }
                type = "checkout.session.completed"
            // Stripe's own page says so to the buyer, and nobody else hears of it.
            case .declined:
                return .failure(EmulatorError("Stripe tells nobody of a card that is declined on its page."))
            case .expired:
                session.status = "expired"
                type = "checkout.session.expired"
            }
            state.sessions[session.id] = session
            return .success(Self.event(&state, type, session.json, at: now))
        }
        return StripeWebhookRequest(body: try event.get().compactBytes, secrets: webhookSecrets, sentAt: now)
    }

    /// Gives money back of what was paid for `reference`.
    ///
    /// - Parameter amount: in cents; nil for all that is left.
    /// - Throws: `EmulatorError` if so much was not paid.
    package func refund(reference: String, amount: Int?) throws(EmulatorError) -> StripeWebhookRequest {
        let now = clock.now
        let event: Result<JSONValue, EmulatorError> = state.withLock { state in
            guard let id = state.requests.last(where: { $0.reference == reference })?.id,
                var session = state.sessions[id]
            else { return .failure(Self.noCheckout(reference)) }
            let left = session.amount - session.amountRefunded
            guard session.paymentStatus == "paid", left > 0, (1...left).contains(amount ?? left) else {
                return .failure(EmulatorError("Of '\(reference)' there is not so much to give back."))
            }
            session.amountRefunded += amount ?? left
            state.sessions[id] = session
            return .success(Self.event(&state, "charge.refunded", session.charge, at: now))
        }
        return StripeWebhookRequest(body: try event.get().compactBytes, secrets: webhookSecrets, sentAt: now)
    }

    /// Has the buyer's bank take back money of what was paid for `reference`, or give it back to the seller.
    ///
    /// - Parameters:
    ///   - amount: in cents; nil for all that was paid.
    ///   - isWon: whether the dispute is decided for the seller.
    /// - Throws: `EmulatorError` if so much was not paid, or nothing is disputed.
    package func dispute(
        reference: String, amount: Int?, isWon: Bool
    ) throws(EmulatorError) -> StripeWebhookRequest {
        let now = clock.now
        let event: Result<JSONValue, EmulatorError> = state.withLock { state in
            guard let id = state.requests.last(where: { $0.reference == reference })?.id,
                var session = state.sessions[id]
            else { return .failure(Self.noCheckout(reference)) }
            if !isWon { session.amountDisputed = amount ?? session.amount }
            guard session.paymentStatus == "paid", (1...session.amount).contains(session.amountDisputed) else {
                return .failure(EmulatorError("Of '\(reference)' there is not so much to dispute."))
            }
            state.sessions[id] = session
            let type = isWon ? "charge.dispute.funds_reinstated" : "charge.dispute.funds_withdrawn"
            return .success(Self.event(&state, type, session.dispute(isWon: isWon, at: now), at: now))
        }
        return StripeWebhookRequest(body: try event.get().compactBytes, secrets: webhookSecrets, sentAt: now)
    }

    private static func event(
        _ state: inout State, _ type: String, _ object: JSONValue, at now: Timestamp
    ) -> JSONValue {
        state.eventCount += 1
        return [
            "id": .string("evt_\(state.eventCount)"), "object": "event", "api_version": "2025-03-31.basil",
            "created": .number(JSONNumber(Int(now.secondsRoundedDown))), "type": .string(type), "livemode": false,
            "data": ["object": object],
        ]
    }

    private static func noCheckout(_ reference: String) -> EmulatorError {
        EmulatorError("No checkout of Stripe's was opened for '\(reference)': run the purchase or order first.")
    }

    private static func noSuchSession(_ id: String) -> HTTPResponse {
        error(.notFound, type: "invalid_request_error", "No such checkout.session: '\(id)'")
    }

    private static func error(
        _ status: HTTPResponseStatus, type: String, _ message: String, parameter: String? = nil
    ) -> HTTPResponse {
        var object: JSONObject = ["type": .string(type), "message": .string(message)]
        if let parameter { object["param"] = .string(parameter) }
        return HTTPResponse(status, json: JSONValue.object(["error": .object(object)]).compactBytes)
    }
}
