import DequeModule
import JSON
import NIOHTTP1
import Routing
import Template
import Time
import Tokens

/// Lets requests pass that bring a token of an issuer.
final class TokenAuthorizer {
    /// Where the token stands in a request.
    enum Source: Hashable {
        case header(String)
        case query(String)

        /// `$request.header.Authorization` or `$request.querystring.token`.
        init?(_ expression: String) {
            let parts = expression.split(separator: ".", maxSplits: 2).map(String.init)
            guard parts.count == 3, parts[0] == "$request" else { return nil }
            switch parts[1] {
            case "header": self = .header(parts[2])
            case "querystring": self = .query(parts[2])
            default: return nil
            }
        }
    }

    private struct Verified {
        var claims: JSONObject
        /// As the event has them.
        var eventClaims: JSONValue
    }

    private let rules: TokenRules
    private let source: Source
    private let keys: IssuerKeys
    private let host: ServiceHost
    /// Tokens whose signatures were verified with the keys of ``generation``, and the order in which they came.
    private var verified: [String: Verified] = [:]
    private var order = Deque<String>()
    private var generation = 0

    init(rules: TokenRules, source: Source, keys: IssuerKeys, host: ServiceHost) {
        self.rules = rules
        self.source = source
        self.keys = keys
        self.host = host
    }

    /// Calls back at once, unless the issuer's keys have to be fetched first.
    ///
    /// - Parameter completion: gets what stands in the event as `authorizer`.
    func authorize(
        _ request: HTTPRequest, scopes: [String], _ completion: @escaping (Result<JSONValue, TokenRefusal>) -> Void
    ) {
        guard let token = token(of: request) else { return completion(.failure(.missing)) }
        keys.use { [self] verifier in
            guard let verifier else { return completion(.failure(.keysUnavailable)) }
            completion(check(token, verifier, scopes))
        }
    }

    private func token(of request: HTTPRequest) -> String? {
        let text: String?
        switch source {
        case .header(let name): text = request.headers.first(name: name)
        case .query(let name):
            text = PercentEncoding.pairs(ofQuery: request.query).first { $0.name == name }?.value
        }
        guard let text else { return nil }
        let isPrefixed = text.utf8.count > 7 && text.prefix(7).lowercased() == "bearer "
        let token = isPrefixed ? text.dropFirst(7).drop { $0 == " " } : text[...]
        return token.isEmpty ? nil : String(token)
    }

    private func check(_ token: String, _ verifier: TokenVerifier, _ scopes: [String]) -> Result<
        JSONValue, TokenRefusal
    > {
        let known: Verified
        do throws(TokenFailure) {
            known = try claims(of: token, verifier)
        } catch {
            switch error {
            case .malformed: return .failure(.malformed)
            case .unknownKey: return .failure(.unknownKey)
            case .badSignature: return .failure(.signature)
            }
        }
        if let refusal = rules.refusal(of: known.claims, scopes: scopes, at: host.clock.now) {
            return .failure(refusal)
        }
        // Those of the route that the token has; null on a route that asks for none.
        let granted = TokenRules.scopes(of: known.claims).filter(scopes.contains)
        let shown: JSONValue = scopes.isEmpty ? .null : .array(granted.map { .string($0) })
        return .success(["jwt": ["claims": known.eventClaims, "scopes": shown]])
    }

    private func claims(of token: String, _ verifier: TokenVerifier) throws(TokenFailure) -> Verified {
        if generation != keys.generation {
            verified = [:]
            order = []
            generation = keys.generation
        }
        if let known = verified[token] { return known }
        let claims = try verifier.verify(token).object ?? [:]
        let new = Verified(claims: claims, eventClaims: .object(TokenRules.eventClaims(claims)))
        if order.count == HTTPAPIQuotas.rememberedTokensMax, let oldest = order.popFirst() { verified[oldest] = nil }
        verified[token] = new
        order.append(token)
        return new
    }
}
