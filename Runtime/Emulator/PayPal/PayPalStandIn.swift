import Items
import JSON
import NIOCore
import NIOHTTP1
import Synchronization
import Time

/// Stands in for PayPal, which costs money too: it speaks the wire format of its Orders API, keeps the orders, takes
/// and gives back money, signs the webhooks that it sends and says of any whether it has.
///
/// - Note: Source: PayPal REST API Reference, "Authentication", "Orders v2", "Idempotency", "Webhooks management", "API
///   responses".
package final class PayPalStandIn: Sendable {
    /// Orders kept; one more is refused with PayPal's rate-limit error.
    static let ordersMax = 100_000
    /// As long as PayPal's, in seconds.
    static let tokenLifetime: Int64 = 32_400

    private struct State {
        var orders: [String: PayPalOrder] = [:]
        /// In the order of their making.
        var orderIDs: [String] = []
        /// What an id was first used for: the same request again gets the same order.
        var idempotency: [String: (body: [UInt8], orderID: String)] = [:]
        var tokenEnds: [String: Timestamp] = [:]
        /// By the ids' beginnings.
        var counts: [String: Int] = [:]
        /// Events of money taken, until they are sent.
        var pending: [JSONValue] = []

        mutating func nextID(_ prefix: String) -> String {
            counts[prefix, default: 0] += 1
            let digits = String(counts[prefix]!)
            return prefix + String(repeating: "0", count: max(0, 17 - prefix.count - digits.count)) + digits
        }
    }
    private let state = Mutex(State())
    private let clock: EmulatorClock
    private let credentials: String
    private let webhookIDs: [String: String]
    private let log: CheckoutLog
    /// Where the stand-in is reached.
    private let api: String

    /// - Parameter webhookIDs: by what follows `/webhooks/paypal/` in the address of the webhook.
    package init(
        clock: EmulatorClock, clientID: String, secret: String, webhookIDs: [String: String], endpoint: String,
        log: CheckoutLog = CheckoutLog()
    ) {
        self.clock = clock
        credentials = "Basic " + Base64.text(of: Array("\(clientID):\(secret)".utf8))
        self.webhookIDs = webhookIDs
        self.log = log
        api = endpoint + Self.pathPrefix.dropLast()
    }

    package static let pathPrefix = "/paypal/"

    // MARK: The API

    /// Answers one call.
    package func handle(_ request: HTTPRequest) -> HTTPResponse {
        let path = request.path.dropFirst(Self.pathPrefix.count).split(separator: "/").map(String.init)
        guard request.method == .POST || request.method == .GET else { return Self.notFound }
        if path == ["v1", "oauth2", "token"] { return token(request) }
        let bearer = request.headers.first(name: "Authorization")?.dropFirst("Bearer ".count) ?? ""
        guard let end = state.withLock({ $0.tokenEnds[String(bearer)] }), clock.now < end else {
            return HTTPResponse(
                .unauthorized,
                json: Self.bytes(["error": "invalid_token", "error_description": "Token signature verification failed"])
            )
        }
        switch (request.method, path.prefix(3), path.count) {
        case (.POST, ["v2", "checkout", "orders"], 3): return create(request)
        case (.GET, ["v2", "checkout", "orders"], 4): return show(path[3])
        case (.POST, ["v2", "checkout", "orders"], 5) where path[4] == "capture": return capture(path[3])
        case (.POST, ["v1", "notifications", "verify-webhook-signature"], 3): return verify(request.bodyBytes)
        default: return Self.notFound
        }
    }

    private func token(_ request: HTTPRequest) -> HTTPResponse {
        guard request.headers.first(name: "Authorization") == credentials else {
            return HTTPResponse(
                .unauthorized,
                json: Self.bytes(["error": "invalid_client", "error_description": "Client Authentication failed"]))
        }
        guard FormFields(String(buffer: request.body))["grant_type"] == "client_credentials" else {
            return HTTPResponse(.badRequest, json: Self.bytes(["error": "unsupported_grant_type"]))
        }
        let end = clock.now + .seconds(Self.tokenLifetime)
        let token = state.withLock { state in
            let token = state.nextID("A21AA")
            state.tokenEnds[token] = end
            return token
        }
        return HTTPResponse(
            .ok,
            json: Self.bytes([
                "access_token": .string(token), "token_type": "Bearer",
                "expires_in": .number(JSONNumber(Int(Self.tokenLifetime))),
            ]))
    }

    private func create(_ request: HTTPRequest) -> HTTPResponse {
        let bytes = request.bodyBytes
        guard let body = try? parseJSON(bytes) else {
            return Self.error(.badRequest, "INVALID_REQUEST", issue: "MALFORMED_REQUEST_JSON", field: "/")
        }
        let key = request.headers.first(name: "PayPal-Request-Id")
        let (now, api) = (clock.now, api)
        return state.withLock { state in
            if let key, let earlier = state.idempotency[key] {
                guard earlier.body == bytes else {
                    return Self.error(
                        .unprocessableEntity, "UNPROCESSABLE_ENTITY", issue: "DUPLICATE_REQUEST_ID", field: "")
                }
                return HTTPResponse(.ok, json: state.orders[earlier.orderID]!.json(api: api).compactBytes)
            }
            guard state.orders.count < Self.ordersMax else {
                return Self.error(.tooManyRequests, "RATE_LIMIT_REACHED", issue: "", field: "")
            }
            let order: PayPalOrder
            do throws(PayPalOrder.Problem) {
                order = try PayPalOrder(id: state.nextID("ORDER"), body: body, createdAt: now, endpoint: api)
            } catch {
                return Self.error(.unprocessableEntity, "UNPROCESSABLE_ENTITY", issue: error.issue, field: error.field)
            }
            state.orders[order.id] = order
            state.orderIDs.append(order.id)
            log.add(
                CheckoutLog.Entry(
                    provider: "paypal", reference: order.referenceID, amount: order.money.amount,
                    currency: order.money.currency.lowercased()))
            if let key { state.idempotency[key] = (bytes, order.id) }
            return HTTPResponse(.created, json: order.json(api: api).compactBytes)
        }
    }

    private func show(_ id: String) -> HTTPResponse {
        guard let order = state.withLock({ $0.orders[id] }) else { return Self.notFound }
        return HTTPResponse(.ok, json: order.json(api: api).compactBytes)
    }

    private func capture(_ id: String) -> HTTPResponse {
        let (now, api) = (clock.now, api)
        return state.withLock { state in
            guard var order = state.orders[id] else { return Self.notFound }
            guard order.captureID == nil else { return Self.unprocessable("ORDER_ALREADY_CAPTURED") }
            guard order.status == "APPROVED" else { return Self.unprocessable("ORDER_NOT_APPROVED") }
            guard !order.isDeclined else {
                order.status = "PAYER_ACTION_REQUIRED"
                state.orders[id] = order
                let capture = order.declinedCapture(id: state.nextID("CAPTURE"))
                state.pending.append(Self.event(&state, "PAYMENT.CAPTURE.DECLINED", "capture", capture, at: now))
                return Self.unprocessable("INSTRUMENT_DECLINED")
            }
            order.status = "COMPLETED"
            order.captureID = state.nextID("CAPTURE")
            state.orders[id] = order
            state.pending.append(
                Self.event(&state, "PAYMENT.CAPTURE.COMPLETED", "capture", order.capture ?? .null, at: now))
            return HTTPResponse(.created, json: order.json(api: api).compactBytes)
        }
    }

    /// The event is the last member, as the signature is over its very bytes.
    private func verify(_ body: [UInt8]) -> HTTPResponse {
        guard let question = try? parseJSON(body), question["auth_algo"]?.string == "SHA256withRSA",
            let id = question["transmission_id"]?.string, let time = question["transmission_time"]?.string,
            let signature = question["transmission_sig"]?.string, let webhookID = question["webhook_id"]?.string,
            question["cert_url"]?.string != nil, let event = Self.lastMember("webhook_event", of: body)
        else {
            return Self.error(.badRequest, "VALIDATION_ERROR", issue: "MISSING_REQUIRED_PARAMETER", field: "/")
        }
        let isSent =
            webhookIDs.values.contains(webhookID)
            && PayPalSignature.isSignature(signature, of: event, transmissionID: id, time: time, webhookID: webhookID)
        return HTTPResponse(.ok, json: Self.bytes(["verification_status": isSent ? "SUCCESS" : "FAILURE"]))
    }

    private static func lastMember(_ name: String, of body: [UInt8]) -> [UInt8]? {
        let mark = Array("\"\(name)\":".utf8)
        guard let start = body.indices.first(where: { body[$0...].starts(with: mark) }),
            let end = body.lastIndex(of: UInt8(ascii: "}"))
        else { return nil }
        return Array(body[(start + mark.count)..<end])
    }

    // MARK: The buyer and the seller

    /// Ends the checkout that was opened for `reference` and makes the webhook request that PayPal would send: of an
    /// approval, for the money is taken when the bundle says so.
    ///
    /// - Throws: `EmulatorError` if no checkout was opened for it.
    package func finish(
        reference: String, as outcome: CheckoutOutcome
    ) throws(EmulatorError) -> PayPalWebhookRequest {
        let (now, api) = (clock.now, api)
        let event: JSONValue? = state.withLock { state in
            guard var order = Self.last(reference, in: state) else { return nil }
            let type: String
            switch outcome {
            case .paid(let amount, let currency):
                if order.captureID == nil { order.status = "APPROVED" }
                order.isDeclined = false
                if amount != nil || currency != nil {
                    order.taken = PayPalOrder.Money(
                        amount: amount ?? order.money.amount, currency: currency?.uppercased() ?? order.money.currency)
                }
                type = "CHECKOUT.ORDER.APPROVED"
            case .declined:
                if order.captureID == nil { order.status = "APPROVED" }
                order.isDeclined = true
                type = "CHECKOUT.ORDER.APPROVED"
            case .expired:
                type = "CHECKOUT.PAYMENT-APPROVAL.REVERSED"
            }
            state.orders[order.id] = order
            return Self.event(&state, type, "checkout-order", order.json(api: api), at: now)
        }
        guard let event else { throw Self.noCheckout(reference) }
        return request(event, at: now)
    }

    /// The webhook requests of what happened since the last call, at the bundle's doing.
    package func takePending() -> [PayPalWebhookRequest] {
        let now = clock.now
        let events = state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
        return events.map { request($0, at: now) }
    }

    /// Gives money back of what was taken for `reference`.
    ///
    /// - Parameter amount: in cents; nil for all that is left.
    /// - Throws: `EmulatorError` if so much was not taken.
    package func refund(reference: String, amount: Int?) throws(EmulatorError) -> PayPalWebhookRequest {
        let (now, api) = (clock.now, api)
        let event: Result<JSONValue, EmulatorError> = state.withLock { state in
            guard var order = Self.last(reference, in: state) else { return .failure(Self.noCheckout(reference)) }
            let money = order.taken ?? order.money
            let left = money.amount - order.refunded
            guard order.captureID != nil, left > 0, (1...left).contains(amount ?? left) else {
                return .failure(EmulatorError("Of '\(reference)' there is not so much to give back."))
            }
            order.refunds.append(
                PayPalOrder.Refund(
                    id: state.nextID("REFUND"),
                    money: PayPalOrder.Money(amount: amount ?? left, currency: money.currency)))
            state.orders[order.id] = order
            return .success(
                Self.event(&state, "PAYMENT.CAPTURE.REFUNDED", "refund", order.refund(api: api) ?? .null, at: now))
        }
        return request(try event.get(), at: now)
    }

    private static func last(_ reference: String, in state: State) -> PayPalOrder? {
        state.orderIDs.last { state.orders[$0]?.referenceID == reference }.flatMap { state.orders[$0] }
    }

    private static func noCheckout(_ reference: String) -> EmulatorError {
        EmulatorError("No checkout of PayPal's was opened for '\(reference)': run the purchase or order first.")
    }

    private static func event(
        _ state: inout State, _ type: String, _ resourceType: String, _ resource: JSONValue, at now: Timestamp
    ) -> JSONValue {
        [
            "id": .string(state.nextID("WH-")), "event_version": "1.0", "create_time": .string(now.description),
            "resource_type": .string(resourceType), "event_type": .string(type), "resource": resource,
        ]
    }

    private func request(_ event: JSONValue, at now: Timestamp) -> PayPalWebhookRequest {
        PayPalWebhookRequest(
            body: event.compactBytes, transmissionID: state.withLock { $0.nextID("T-") }, webhookIDs: webhookIDs,
            sentAt: now)
    }

    // MARK: Errors

    private static let notFound = error(.notFound, "RESOURCE_NOT_FOUND", issue: "INVALID_RESOURCE_ID", field: "")

    private static func unprocessable(_ issue: String) -> HTTPResponse {
        error(.unprocessableEntity, "UNPROCESSABLE_ENTITY", issue: issue, field: "")
    }

    private static func error(
        _ status: HTTPResponseStatus, _ name: String, issue: String, field: String
    ) -> HTTPResponse {
        HTTPResponse(
            status,
            json: bytes([
                "name": .string(name), "message": "The requested action could not be performed.",
                "debug_id": "local", "details": [["field": .string(field), "issue": .string(issue)]],
            ]))
    }

    private static func bytes(_ json: JSONValue) -> [UInt8] { json.compactBytes }
}
