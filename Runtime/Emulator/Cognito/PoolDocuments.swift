import JSON
import NIOHTTP1
import Tokens

/// What verifiers of tokens read: a pool's keys, and where they are.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Verifying JSON web tokens"; OpenID Connect Discovery 1.0.
final class PoolDocuments: EmulatedService {
    private let service: CognitoService

    init(of service: CognitoService) { self.service = service }

    private static let keys = "/.well-known/jwks.json"
    private static let configuration = "/.well-known/openid-configuration"

    func owns(_ request: HTTPRequest) -> Bool {
        request.headers.first(name: "X-Amz-Target") == nil
            && (request.path.hasSuffix(Self.keys) || request.path.hasSuffix(Self.configuration))
    }

    func handle(_ call: ServiceCall) {
        let path = call.request.path
        let suffix = path.hasSuffix(Self.keys) ? Self.keys : Self.configuration
        guard let pool = service.pools[String(path.dropFirst().dropLast(suffix.count))] else {
            let body: JSONValue = ["message": "User pool does not exist."]
            return call.answer(HTTPResponse(.notFound, json: body.compactBytes))
        }
        guard call.request.method == .GET || call.request.method == .HEAD else {
            return call.answer(HTTPResponse(.methodNotAllowed))
        }
        // Pages of other origins verify tokens too.
        let headers = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "public, max-age=86400")]
        guard suffix == Self.keys else {
            let address = "\(service.host.endpoint)/\(pool.id)"
            let body: JSONValue = [
                "issuer": .string(pool.issuer), "jwks_uri": .string(address + Self.keys),
                "id_token_signing_alg_values_supported": ["RS256"], "response_types_supported": ["code", "token"],
                "scopes_supported": ["openid", "email", "phone", "profile"], "subject_types_supported": ["public"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            ]
            return call.answer(HTTPResponse(.ok, headers: headers, json: body.compactBytes))
        }
        let journal = service.host.journal
        pool.key.use { key in
            switch key {
            case .success(let key):
                let body: JSONValue = ["keys": [key.signing.publicJWK]]
                // A key that is not kept must not be trusted by anyone.
                journal.afterCommit { call.answer(HTTPResponse(.ok, headers: headers, json: body.compactBytes)) }
            case .failure(let fault):
                let body: JSONValue = ["message": .string(fault.message)]
                call.answer(HTTPResponse(.internalServerError, json: body.compactBytes))
            }
        }
    }
}

extension CognitoService: TokenIssuers {
    func keySet(ofIssuer issuer: String, completion: @escaping (JSONValue?) -> Void) {
        guard let pool = pools.values.first(where: { $0.issuer == issuer }) else { return completion(nil) }
        pool.key.use { key in completion((try? key.get()).map { ["keys": [$0.signing.publicJWK]] }) }
    }
}
