import Digest
import Items
import JSON
import Template

/// The input of an action, read with AWS's words for what is wrong.
struct PoolRequest {
    let input: JSONValue
    let call: ServiceCall

    private static func fault(_ name: String, _ value: String, _ constraint: String) -> ServiceFault {
        let member = name.prefix(1).lowercased() + name.dropFirst()
        return .badParameter(
            "1 validation error detected: Value\(value) at '\(member)' failed to satisfy constraint: \(constraint)")
    }

    func text(_ name: String, max: Int = 131_072) throws(ServiceFault) -> String {
        guard let text = try optionalText(name, max: max) else {
            throw Self.fault(name, " null", "Member must not be null")
        }
        guard !text.isEmpty else {
            throw Self.fault(name, "", "Member must have length greater than or equal to 1")
        }
        return text
    }

    func optionalText(_ name: String, max: Int = 131_072) throws(ServiceFault) -> String? {
        guard let value = input[name], !value.isNull else { return nil }
        guard let text = value.string else {
            throw ServiceFault(
                code: "SerializationException", message: "\(name) must be a text, not \(value.kindName).")
        }
        guard text.unicodeScalars.count <= max else {
            throw Self.fault(name, "", "Member must have length less than or equal to \(max)")
        }
        return text
    }

    /// A username, a group's name: letters, marks, symbols, numbers and punctuation, no spaces.
    func name(_ member: String) throws(ServiceFault) -> String {
        let name = try text(member, max: 128)
        guard name.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.value >= 0x20 }) else {
            throw Self.fault(
                member, "", #"Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+"#)
        }
        return name
    }

    func password(_ member: String) throws(ServiceFault) -> String {
        let password = try text(member, max: PasswordRules.lengthMax)
        guard password.first?.isWhitespace == false, password.last?.isWhitespace == false else {
            throw Self.fault(member, "", #"Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"#)
        }
        return password
    }

    func flag(_ name: String) -> Bool { input[name]?.bool ?? false }

    /// - Parameter range: AWS's own for the member.
    func limit(_ name: String, in range: ClosedRange<Int>) throws(ServiceFault) -> Int {
        guard let value = input[name], !value.isNull else { return range.upperBound }
        guard let limit = value.int, limit >= range.lowerBound else {
            throw Self.fault(
                name, "", "Member must have value greater than or equal to \(range.lowerBound)")
        }
        guard limit <= range.upperBound else {
            throw Self.fault(name, "", "Member must have value less than or equal to \(range.upperBound)")
        }
        return limit == 0 ? range.upperBound : limit
    }

    /// A list of `{Name, Value}`.
    func attributes(_ name: String) throws(ServiceFault) -> [String: String] {
        var attributes: [String: String] = [:]
        for element in input[name]?.array ?? [] {
            guard let name = element["Name"]?.string else {
                throw Self.fault(name, " null", "Member must not be null")
            }
            let value = element["Value"]?.string ?? ""
            guard value.unicodeScalars.count <= 2_048 else {
                throw Self.fault(name, "", "Member must have length less than or equal to 2048")
            }
            attributes[name] = value
        }
        return attributes
    }

    func texts(_ name: String) -> [String] { (input[name]?.array ?? []).compactMap(\.string) }

    /// A map of texts.
    func map(_ name: String) -> [String: String] {
        var map: [String: String] = [:]
        for (key, value) in input[name]?.object ?? [:] { map[key] = value.string }
        return map
    }

    var metadata: [String: String] { map("ClientMetadata") }
}

extension UserPoolClientResource {
    /// The same in every run, so that clients can be configured with it.
    var secret: String? {
        guard hasSecret else { return nil }
        return hexadecimal(SHA256.hash(Array("secret of \(poolID) \(id)".utf8))).prefix(52).description
    }

    /// - Note: Source: Amazon Cognito Developer Guide, "Computing secret hash values".
    func secretHash(of username: String) -> String? {
        secret.map { secret in
            Base64.text(
                of: HMACSHA256.authenticate(key: Array(secret.utf8), message: Array((username + id).utf8)))
        }
    }

    /// - Parameter usernames: any of which the hash may be of.
    func check(secretHash: String?, of usernames: [String]) throws(ServiceFault) {
        guard hasSecret else {
            guard secretHash == nil else { throw .notAuthorized("Unable to verify secret hash for client \(id)") }
            return
        }
        guard let secretHash else {
            throw .notAuthorized("Client \(id) is configured with secret but SECRET_HASH was not received")
        }
        guard usernames.contains(where: { self.secretHash(of: $0) == secretHash }) else {
            throw .notAuthorized("Unable to verify secret hash for client \(id)")
        }
    }
}
