import JSON
import NIOHTTP1
import Time
import Tokens

/// The key that a pool signs its tokens with: made when it is first needed, since that takes a while, and kept.
final class PoolKey {
    static let kind = "cognito.key"

    struct Ready: Sendable {
        let signing: SigningKey
        let verifier: TokenVerifier
    }
    typealias Completion = (Result<Ready, ServiceFault>) -> Void

    private enum State {
        case none
        case underWay([Completion])
        case ready(Ready)
    }

    private let poolID: String
    private let host: ServiceHost
    /// In PEM form.
    private let kept: String?
    private var state = State.none

    init(poolID: String, host: ServiceHost) throws(EmulatorError) {
        self.poolID = poolID
        self.host = host
        kept = try host.journal.load(Self.kind).first { $0.key == poolID }.map {
            String(decoding: $0.value, as: UTF8.self)
        }
    }

    /// Calls `body` with the key: at once, if it is there.
    func use(_ body: @escaping Completion) {
        switch state {
        case .ready(let key): body(.success(key))
        case .underWay(let waiting): state = .underWay(waiting + [body])
        case .none:
            state = .underWay([body])
            Self.make(kept, completion: host.callback { [self] (key: Ready?) in finish(key) })
        }
    }

    /// - Parameter pem: of the key that is kept; nil for a new one.
    private static func make(_ pem: String?, completion: @escaping @Sendable (Ready?) -> Void) {
        Task {
            do {
                let signing: SigningKey
                if let pem { signing = try await SigningKey(pem: pem) } else { signing = try await .generate() }
                let verifier = await TokenVerifier(jwks: ["keys": [signing.publicJWK]])
                completion(Ready(signing: signing, verifier: verifier))
            } catch {
                completion(nil)
            }
        }
    }

    private func finish(_ key: Ready?) {
        guard case .underWay(let waiting) = state else { return }
        guard let key else {
            state = .none
            let fault = ServiceFault(
                code: "InternalErrorException", message: "The key of \(poolID) can't be made or read.",
                status: .internalServerError)
            for body in waiting { body(.failure(fault)) }
            return
        }
        state = .ready(key)
        if kept == nil { host.journal.put(Self.kind, poolID, Array(key.signing.pem.utf8)) }
        for body in waiting { body(.success(key)) }
    }
}
