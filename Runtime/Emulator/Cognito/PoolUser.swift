import Digest
import JSON
import SRP
import Time

/// Someone who has signed up to a user pool.
struct PoolUser: Codable {
    /// - Note: Source: Amazon Cognito API Reference, UserType, `UserStatus`.
    enum Status: String, Codable {
        case unconfirmed = "UNCONFIRMED"
        case confirmed = "CONFIRMED"
        case forceChangePassword = "FORCE_CHANGE_PASSWORD"
        case resetRequired = "RESET_REQUIRED"
    }

    /// A code that was sent, and waits to be typed in.
    struct Code: Codable {
        var text: String
        /// Milliseconds since 1970.
        var expiresAt: Int64
        /// What it proves: `email` or `phone_number`.
        var attribute: String
    }

    /// A name of its own, or the same as `sub` where people sign up with an address or a number.
    var username: String
    var sub: String
    /// Without `sub`. Flags such as `email_verified` are texts.
    var attributes: [String: String]
    var status: Status
    var isEnabled = true
    /// In hexadecimal digits; nil until there is a password.
    var salt: String?
    var verifier: String?
    /// Milliseconds since 1970, of a temporary password.
    var passwordExpiresAt: Int64?
    /// Milliseconds since 1970.
    var createdAt: Int64
    var modifiedAt: Int64
    var groups: [String] = []
    /// By what they are for: `signUp`, `password`, or the attribute that is to be verified.
    var codes: [String: Code] = [:]
    /// New values that count once they are verified.
    var pendingAttributes: [String: String] = [:]
    var passwordAttempts = AttemptLog()
    var codeAttempts = AttemptLog()
    /// Milliseconds since 1970: access tokens without `origin_jti` that are not younger don't count.
    var signedOutAt: Int64?

    static let signUpCode = "signUp"
    static let passwordCode = "password"

    var password: PasswordVerifier? {
        guard let salt = salt.flatMap({ bytes(hexadecimal: $0) }),
            let verifier = verifier.flatMap({ bytes(hexadecimal: $0) })
        else { return nil }
        return PasswordVerifier(salt: salt, verifier: verifier)
    }

    mutating func setPassword(_ verifier: PasswordVerifier, temporaryUntil expiry: Timestamp? = nil) {
        salt = hexadecimal(verifier.salt)
        self.verifier = hexadecimal(verifier.verifier)
        passwordExpiresAt = expiry?.milliseconds
        passwordAttempts = AttemptLog()
    }

    func isVerified(_ attribute: String) -> Bool { attributes["\(attribute)_verified"] == "true" }

    /// By a name that ListUsers can search for.
    func searched(_ name: String) -> String? {
        switch name {
        case "username": username
        case "sub": sub
        case "cognito:user_status": status.rawValue
        case "status": isEnabled ? "Enabled" : "Disabled"
        default: attributes[name]
        }
    }

    /// All attributes, `sub` too, in the order of their names.
    var allAttributes: [(name: String, value: String)] {
        (attributes.map { (name: $0.key, value: $0.value) } + [(name: "sub", value: sub)])
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    var attributeList: JSONValue {
        .array(allAttributes.map { ["Name": .string($0.name), "Value": .string($0.value)] })
    }
}
