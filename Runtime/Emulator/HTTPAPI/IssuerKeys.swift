import JSON
import NIOCore
import Time
import Tokens

/// The signing keys of one issuer, kept for two hours as the gateway keeps them.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers"; OpenID
///   Connect Discovery 1.0, section 4.
final class IssuerKeys {
    private let issuer: String
    private let host: ServiceHost
    /// Set for an issuer that is a user pool of the template.
    private weak var issuers: (any TokenIssuers)?
    private var verifier: TokenVerifier?
    /// When the issuer may be asked again.
    private var staleAt = Timestamp(milliseconds: .min)
    private var waiting: [(TokenVerifier?) -> Void] = []
    /// Counts the key sets there have been: what was verified by an earlier one is to be verified again.
    private(set) var generation = 0

    init(issuer: String, issuers: (any TokenIssuers)?, host: ServiceHost) {
        self.issuer = issuer
        self.issuers = issuers
        self.host = host
    }

    /// Hands over what verifies the issuer's tokens, now if it is there; nil if its keys can't be had.
    func use(_ action: @escaping (TokenVerifier?) -> Void) {
        if host.clock.now < staleAt { return action(verifier) }
        waiting.append(action)
        guard waiting.count == 1 else { return }
        let finish = host.callback { [self] (verifier: TokenVerifier?) in take(verifier) }
        guard let issuers else { return fetch(finish) }
        issuers.keySet(ofIssuer: issuer) { keySet in
            guard let keySet else { return finish(nil) }
            Self.makeVerifier(of: keySet, completion: finish)
        }
    }

    private static func makeVerifier(of keySet: JSONValue, completion: @escaping @Sendable (TokenVerifier?) -> Void) {
        Task { completion(await TokenVerifier(jwks: keySet)) }
    }

    private func take(_ verifier: TokenVerifier?) {
        self.verifier = verifier
        generation += 1
        staleAt = host.clock.now + (verifier == nil ? HTTPAPIQuotas.keySetRetryPause : HTTPAPIQuotas.keySetLifetime)
        let waiting = waiting
        self.waiting = []
        for action in waiting { action(verifier) }
    }

    private func fetch(_ finish: @escaping @Sendable (TokenVerifier?) -> Void) {
        let (loop, issuer) = (host.loop, issuer)
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        Task {
            let discovery = await HTTPFetch.json(
                "\(base)/.well-known/openid-configuration", on: loop, timeout: HTTPAPIQuotas.discoveryTimeout,
                bytesMax: HTTPAPIQuotas.keySetBytesMax)
            guard let discovery, discovery["issuer"]?.string == issuer, let address = discovery["jwks_uri"]?.string,
                let keySet = await HTTPFetch.json(
                    address, on: loop, timeout: HTTPAPIQuotas.keySetTimeout, bytesMax: HTTPAPIQuotas.keySetBytesMax)
            else { return finish(nil) }
            finish(await TokenVerifier(jwks: keySet))
        }
    }
}
