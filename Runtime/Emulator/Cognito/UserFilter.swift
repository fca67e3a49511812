/// Which users ListUsers is to name: `attribute = "value"`, or `^=` for the beginning.
///
/// - Note: Source: Amazon Cognito API Reference, ListUsers, `Filter`.
package struct UserFilter {
    package enum Comparison: String, Sendable {
        case equals = "="
        case beginsWith = "^="
    }

    package let attribute: String
    package let comparison: Comparison
    package let value: String

    /// Custom attributes can't be searched for.
    static let attributes: Set<String> = [
        "username", "email", "phone_number", "name", "given_name", "family_name", "preferred_username",
        "cognito:user_status", "status", "sub",
    ]

    /// - Returns: nil for no filter at all.
    package init?(_ text: String) throws(ServiceFault) {
        var rest = text.trimmed[...]
        guard !rest.isEmpty else { return nil }
        if rest.first == "\"" {
            guard let name = Self.quoted(&rest) else { throw Self.fault(text) }
            attribute = name
        } else {
            attribute = String(rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "^" })
            rest = rest.dropFirst(attribute.count)
        }
        rest = rest.drop(while: \.isWhitespace)
        guard let comparison = rest.hasPrefix("^=") ? Comparison.beginsWith : rest.hasPrefix("=") ? .equals : nil else {
            throw Self.fault(text)
        }
        self.comparison = comparison
        rest = rest.dropFirst(comparison.rawValue.count).drop(while: \.isWhitespace)
        guard let value = Self.quoted(&rest), rest.allSatisfy(\.isWhitespace) else { throw Self.fault(text) }
        self.value = value
        guard Self.attributes.contains(attribute) else {
            throw .badParameter("Error while parsing filter: Attribute \(attribute) is not searchable.")
        }
    }

    private static func fault(_ text: String) -> ServiceFault {
        .badParameter("Error while parsing filter: \(text)")
    }

    /// Takes a text in double quotes; a backslash keeps the next character.
    private static func quoted(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else { return nil }
        var text = ""
        var isEscaped = false
        for (offset, character) in rest.enumerated().dropFirst() {
            if isEscaped {
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                rest = rest.dropFirst(offset + 1)
                return text
            } else {
                text.append(character)
            }
        }
        return nil
    }

    /// - Parameter found: the user's value of ``attribute``; nil if there is none.
    package func accepts(_ found: String?, isCaseSensitive: Bool) -> Bool {
        guard var found else { return false }
        var value = value
        if !isCaseSensitive || attribute == "status" || attribute == "cognito:user_status" {
            (found, value) = (found.lowercased(), value.lowercased())
        }
        return comparison == .equals ? found == value : found.hasPrefix(value)
    }
}

extension String {
    fileprivate var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
