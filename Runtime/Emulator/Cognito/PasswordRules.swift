package import Template

/// Whether a password conforms to a pool's policy.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Adding user pool password requirements".
package enum PasswordRules {
    static let lengthMax = 256
    private static let symbols = Set(#"^$*.[]{}()?-"!@#%&/\,><':;|_~`+="#.unicodeScalars)

    /// - Returns: the reason why it does not, in AWS's words.
    package static func refusal(of password: String, by policy: UserPoolResource.PasswordPolicy) -> String? {
        let scalars = Array(password.unicodeScalars)
        func has(_ isOne: (Unicode.Scalar) -> Bool) -> Bool { scalars.contains(where: isOne) }
        if scalars.count < policy.minimumLength { return "Password not long enough" }
        if policy.requiresLowercase, !has({ ("a"..."z").contains($0) }) {
            return "Password must have lowercase characters"
        }
        if policy.requiresUppercase, !has({ ("A"..."Z").contains($0) }) {
            return "Password must have uppercase characters"
        }
        if policy.requiresNumbers, !has({ ("0"..."9").contains($0) }) {
            return "Password must have numeric characters"
        }
        // A space counts, but not at either end.
        let inner = scalars.dropFirst().dropLast()
        if policy.requiresSymbols, !has(symbols.contains), !inner.contains(" ") {
            return "Password must have symbol characters"
        }
        return nil
    }

    static func check(_ password: String, by policy: UserPoolResource.PasswordPolicy) throws(ServiceFault) {
        guard password.unicodeScalars.count <= lengthMax else {
            throw .badParameter(
                "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must have length less "
                    + "than or equal to \(lengthMax)")
        }
        if let refusal = refusal(of: password, by: policy) {
            throw ServiceFault(
                code: "InvalidPasswordException", message: "Password did not conform with policy: \(refusal)")
        }
    }

    /// A password for an invitation: every kind of character, as long as the policy asks for.
    package static func temporary(
        for policy: UserPoolResource.PasswordPolicy, random: () -> UInt64
    ) -> String {
        let kinds = ["abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!@#%&*-_+="].map(Array.init)
        let length = max(policy.minimumLength, 10)
        return String(
            (0..<length).map { index in
                let kind = kinds[index % kinds.count]
                return kind[Int(random() % UInt64(kind.count))]
            })
    }
}
