package import Template

/// What users' attributes may be.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Working with user attributes".
package struct AttributeRules {
    private let pool: UserPoolResource

    package init(pool: UserPoolResource) { self.pool = pool }

    /// - Parameters:
    ///   - allowed: what the client may write; nil for everything.
    ///   - isNew: whether a user is being made: what is required must then be there, and what can't be changed may be
    ///     set.
    package func check(
        _ attributes: [String: String], allowed: Set<String>?, isNew: Bool, isAdmin: Bool
    ) throws(ServiceFault) {
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            let declared = pool.attributes.first { $0.name == name }
            guard UserPoolResource.Attribute.standardNames.contains(name) || declared != nil else {
                throw schema(name, "Attribute does not exist in the schema.")
            }
            if name == "sub" || (declared?.isMutable == false && !isNew) {
                throw ServiceFault.badParameter("user.\(name): Attribute cannot be updated.\n")
            }
            let isFlag = name == "email_verified" || name == "phone_number_verified"
            if isFlag ? !isAdmin : !(allowed?.contains(name) ?? true) {
                throw .notAuthorized("A client attempted to write unauthorized attribute")
            }
            try checkValue(name, value, declared)
        }
        guard isNew else { return }
        for required in pool.attributes where required.isRequired && (attributes[required.name] ?? "").isEmpty {
            throw schema(required.name, "The attribute is required")
        }
    }

    private func schema(_ name: String, _ what: String) -> ServiceFault {
        .badParameter("Attributes did not conform to the schema: \(name): \(what)\n")
    }

    private func checkValue(
        _ name: String, _ value: String, _ declared: UserPoolResource.Attribute?
    ) throws(ServiceFault) {
        switch name {
        case "email" where !value.isEmpty && !Self.isEmail(value):
            throw .badParameter("Invalid email address format.")
        case "phone_number" where !value.isEmpty && !Self.isPhoneNumber(value):
            throw .badParameter("Invalid phone number format.")
        case "email_verified", "phone_number_verified":
            guard value == "true" || value == "false" else {
                throw schema(name, "Boolean must be true or false")
            }
        case "birthdate" where !value.isEmpty && value.utf8.count != 10:
            throw schema(name, "String must have exactly 10 characters")
        default: break
        }
        guard let declared else { return }
        switch declared.type {
        case "Number":
            guard let number = Int(value) else { throw schema(name, "Not a valid number") }
            if let least = declared.minimumValue, number < least {
                throw schema(name, "Number must be at least \(least)")
            }
            if let most = declared.maximumValue, number > most { throw schema(name, "Number must be at most \(most)") }
        case "Boolean":
            guard value == "true" || value == "false" else { throw schema(name, "Boolean must be true or false") }
        default:
            let length = value.unicodeScalars.count
            if length < declared.minimumLength ?? 0 || length > declared.maximumLength ?? 2_048 {
                throw schema(
                    name,
                    "String must be between \(declared.minimumLength ?? 0) and \(declared.maximumLength ?? 2_048) characters long"
                )
            }
        }
    }

    /// One @ with something on both sides, a dot in the domain, no spaces.
    package static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[0].utf8.count <= 64 && text.utf8.count <= 320
            && parts[1].contains(".") && !parts[1].hasPrefix(".") && !parts[1].hasSuffix(".")
            && !text.contains(where: \.isWhitespace)
    }

    /// E.164: a plus and 1 to 15 digits.
    package static func isPhoneNumber(_ text: String) -> Bool {
        let digits = text.utf8.dropFirst()
        return text.hasPrefix("+") && (1...15).contains(digits.count)
            && digits.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// What of an address is shown: `a***@e***`; of a number its last four digits.
    package static func masked(_ value: String, _ attribute: String) -> String {
        if attribute == "phone_number" {
            return "+" + String(repeating: "*", count: max(0, value.count - 5)) + value.suffix(4)
        }
        let parts = value.split(separator: "@")
        return "\(parts.first?.prefix(1) ?? "")***@\(parts.last?.prefix(1) ?? "")***"
    }
}
