package import HTTPTransport
package import Services

/// The keys of a user pool, which it shows to everyone.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Verifying JSON web tokens".
package struct UserPoolKeys: KeySource {
    private let url: String
    private let client: any HTTPClient
    private let retries: RetryPolicy

    /// - Parameter url: `https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbC`, the pool's address.
    package init(url: String, client: any HTTPClient, retries: RetryPolicy = RetryPolicy()) {
        self.url = url
        self.client = client
        self.retries = retries
    }

    package func keySet() async throws(ServiceError) -> [UInt8] {
        let request = HTTPRequest(.get, url + "/.well-known/jwks.json")
        var attempt = 1
        while true {
            let why: String
            do throws(HTTPError) {
                let response = try client.send(request)
                if response.status == 200 { return response.body }
                why = "status \(response.status)"
            } catch {
                why = error.description
            }
            guard await retries.goesOn(after: attempt) else { throw .unavailable("the user pool's keys: \(why)") }
            attempt += 1
        }
    }
}
