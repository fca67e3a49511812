package import JSON
package import Time

/// What a form that a browser sends may hold, as its signer has laid down.
///
/// - Note: Source: Amazon S3 API Reference, "POST policy"; words as the service gives them.
package struct PostPolicy {
    /// Why a form is refused.
    package enum Refusal: Error, Hashable {
        case malformed(String)
        /// After `Invalid according to Policy: `.
        case denied(String)
        case tooSmall(size: Int, min: Int)
        case tooLarge(size: Int, max: Int)
    }

    private enum Condition {
        case equals(String, String, JSONValue)
        case startsWith(String, String, JSONValue)
        case contentLength(ClosedRange<Int>)
    }

    private let expiration: Timestamp
    private let conditions: [Condition]

    /// Fields that need no condition.
    private static let free: Set<String> = [
        "x-amz-signature", "signature", "awsaccesskeyid", "policy", "file", "submit",
    ]

    package init(_ json: JSONValue) throws(Refusal) {
        guard let text = json["expiration"]?.string, let expiration = Timestamp(rfc3339: text) else {
            throw .malformed("Invalid Policy: Invalid 'expiration' value: '\(json["expiration"]?.string ?? "")'")
        }
        guard let list = json["conditions"]?.array else {
            throw .malformed("Invalid Policy: Policy missing conditions.")
        }
        self.expiration = expiration
        var conditions: [Condition] = []
        for element in list { conditions += try Self.conditions(element) }
        self.conditions = conditions
    }

    private static func conditions(_ element: JSONValue) throws(Refusal) -> [Condition] {
        let malformed = Refusal.malformed("Invalid Policy: Invalid Condition: \(element.compactText)")
        if let object = element.object {
            guard object.count == 1, let (name, value) = object.members.first, let text = value.string else {
                throw malformed
            }
            return [.equals(name.lowercased(), text, ["eq", .string("$\(name)"), .string(text)])]
        }
        guard let parts = element.array, parts.count == 3, let kind = parts[0].string?.lowercased() else {
            throw malformed
        }
        if kind == "content-length-range" {
            func number(_ value: JSONValue) -> Int? { value.int ?? value.string.flatMap { Int($0) } }
            guard let low = number(parts[1]), let high = number(parts[2]), low <= high else { throw malformed }
            return [.contentLength(low...high)]
        }
        guard let name = parts[1].string, name.hasPrefix("$"), let value = parts[2].string else { throw malformed }
        let field = name.dropFirst().lowercased()
        switch kind {
        case "eq": return [.equals(field, value, element)]
        case "starts-with": return [.startsWith(field, value, element)]
        default: throw malformed
        }
    }

    /// - Parameter fields: names in lower case.
    package func check(_ fields: [String: String], bucket: String, size: Int, now: Timestamp) throws(Refusal) {
        guard now < expiration else { throw .denied("Policy expired.") }
        var fields = fields
        fields["bucket"] = bucket
        var named: Set<String> = ["bucket"]
        for condition in conditions {
            switch condition {
            case .equals(let name, let value, let text):
                named.insert(name)
                guard fields[name] == value else { throw .denied("Policy Condition failed: \(text.compactText)") }
            case .startsWith(let name, let prefix, let text):
                named.insert(name)
                let value = fields[name] ?? ""
                // A list of media types is one field.
                let values = name == "content-type" ? value.split(separator: ",").map(String.init) : [value]
                guard fields[name] != nil, values.allSatisfy({ $0.utf8.starts(with: prefix.utf8) }) || prefix.isEmpty
                else { throw .denied("Policy Condition failed: \(text.compactText)") }
            case .contentLength(let range):
                if size < range.lowerBound { throw .tooSmall(size: size, min: range.lowerBound) }
                if size > range.upperBound { throw .tooLarge(size: size, max: range.upperBound) }
            }
        }
        let extra = fields.keys
            .filter { !named.contains($0) && !Self.free.contains($0) && !$0.hasPrefix("x-ignore-") }
            .sorted()
        guard extra.isEmpty else { throw .denied("Extra input fields: \(extra.joined(separator: ", "))") }
    }
}
