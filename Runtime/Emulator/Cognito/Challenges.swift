import SRP
import Time

/// Sign-ins that wait for their next step. They last some minutes: a restart ends them, and clients begin anew.
final class Challenges {
    enum Step {
        /// Proof of the password, over the block that the client was given. Without an exchange there is no such user,
        /// and no proof is right.
        case password(ServerExchange?, block: [UInt8])
        case newPassword
    }

    struct Challenge {
        var step: Step
        var userKey: String
        var clientID: String
        var expiresAt: Timestamp
        var metadata: [String: String]
    }

    /// More than that at once are refused.
    static let countMax = 10_000

    private var challenges: [String: Challenge] = [:]

    /// - Returns: whether there was room.
    func add(_ challenge: Challenge, _ id: String, at now: Timestamp) -> Bool {
        if challenges.count >= Self.countMax { challenges = challenges.filter { $0.value.expiresAt > now } }
        guard challenges.count < Self.countMax else { return false }
        challenges[id] = challenge
        return true
    }

    /// By the session of a challenge, or by the block that a proof is over: some clients send no session.
    subscript(_ id: String) -> Challenge? { challenges[id] }

    /// Each is answered once.
    func remove(_ id: String) { challenges[id] = nil }
}
