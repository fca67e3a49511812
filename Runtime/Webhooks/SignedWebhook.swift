package import HTTPTransport
package import Services
package import Time

/// Reports by a signed POST.
package struct SignedWebhook: Webhook {
    /// The first try included. What fails again fails: whoever called us tries later, and longer.
    static let attemptsMax = 2

    private let url: String
    private let secret: String
    private let client: any HTTPClient

    /// - Parameter secret: the receiver has the same.
    package init(url: String, secret: String, client: any HTTPClient = Self.client) {
        self.url = url
        self.secret = secret
        self.client = client
    }

    /// Two tries leave a function time for its own work.
    package static let client: any HTTPClient = CurlClient(
        limits: .init(connect: .seconds(1), total: .seconds(5), responseBytesMax: 100_000))

    package func send(_ body: [UInt8], at now: Timestamp) async throws(ServiceError) {
        let signature = MessageSignature.header(signing: body, secret: secret, at: now)
        let request = HTTPRequest(
            .post, url, headers: [("Content-Type", "application/json"), (MessageSignature.headerName, signature)],
            body: body)
        var attempt = 1
        while let error = failure(of: request) {
            guard case .unavailable = error, attempt < Self.attemptsMax else { throw error }
            attempt += 1
        }
    }

    private func failure(of request: HTTPRequest) -> ServiceError? {
        let response: HTTPResponse
        do throws(HTTPError) { response = try client.send(request) } catch {
            return .unavailable("the webhook: \(error)")
        }
        let text = "the webhook: status \(response.status)"
        switch response.status {
        case 200..<300: return nil
        case 408, 425, 429, 500...: return .unavailable(text)
        default: return .rejected(text)
        }
    }
}
