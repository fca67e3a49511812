import HTTPTransport
import Items
import JSON
import Services
import Synchronization
import Time

/// The merchant's way into PayPal's API: a token, kept until shortly before it ends, and another tried once where
/// PayPal takes it no longer.
///
/// - Note: Source: PayPal REST API Reference, "Authentication".
final class PayPalAccess: Sendable {
    /// A token is not used when it is about to end on the way.
    static let tokenMargin: Duration = .seconds(60)

    private struct Token {
        var text: String
        var endsAt: Timestamp
    }

    private let apiBase: String
    private let credentials: String
    private let client: any HTTPClient
    private let now: @Sendable () -> Timestamp
    private let token = Mutex<Token?>(nil)

    init(
        apiBase: String, clientID: String, secret: String, client: any HTTPClient,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.apiBase = apiBase
        credentials = "Basic " + Base64.text(of: Array("\(clientID):\(secret)".utf8))
        self.client = client
        self.now = now
    }

    /// Posts JSON.
    ///
    /// - Parameter requestID: makes the same call come again the same call; up to 108 characters.
    /// - Throws: `.unavailable` if PayPal can't be reached or fails: whether it did what was asked is told by asking
    ///   again under the same id.
    func post(
        _ path: String, _ body: [UInt8], requestID: String? = nil
    ) throws(ServiceError) -> (status: Int, body: JSONValue) {
        var isSecondToken = false
        while true {
            var headers = [("Authorization", "Bearer " + (try bearer())), ("Content-Type", "application/json")]
            if let requestID { headers.append(("PayPal-Request-Id", requestID)) }
            let answer = try send(HTTPRequest(.post, apiBase + path, headers: headers, body: body))
            guard answer.status == 401, !isSecondToken else { return answer }
            token.withLock { $0 = nil }
            isSecondToken = true
        }
    }

    private func bearer() throws(ServiceError) -> String {
        let now = now()
        if let kept = token.withLock({ $0 }), now < kept.endsAt { return kept.text }
        let answer = try send(
            HTTPRequest(
                .post, apiBase + "/v1/oauth2/token",
                headers: [("Authorization", credentials), ("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("grant_type=client_credentials".utf8)))
        guard answer.status == 200, let text = answer.body["access_token"]?.string,
            let seconds = answer.body["expires_in"]?.int
        else { throw Self.error("no token", answer) }
        token.withLock { $0 = Token(text: text, endsAt: now + .seconds(seconds) - Self.tokenMargin) }
        return text
    }

    private func send(_ request: HTTPRequest) throws(ServiceError) -> (status: Int, body: JSONValue) {
        let response: HTTPResponse
        do throws(HTTPError) { response = try client.send(request) } catch { throw .unavailable("PayPal: \(error)") }
        return (response.status, (try? parseJSON(response.body)) ?? .null)
    }

    /// A conflict is the same request still at work, 429 PayPal's own ceiling: both pass. Texts name issues and places,
    /// and no value.
    static func error(_ what: String, _ answer: (status: Int, body: JSONValue)) -> ServiceError {
        let detail = answer.body["details"]?[0]
        let parts = [answer.body["name"], answer.body["error"], detail?["issue"], detail?["field"]].compactMap {
            $0?.string
        }
        let text = (["PayPal: \(what): status \(answer.status)"] + parts).joined(separator: ": ")
        let passes = answer.status == 409 || answer.status == 429 || answer.status >= 500 || answer.status == 200
        return passes ? .unavailable(text) : .rejected(text)
    }
}
