import JSON
import Time

/// The parameters of a call, or of a structure in it, held to the constraints of the service's model in AWS's words.
///
/// - Note: Source: Smithy, "Constraint traits"; the words are those of AWS's services in Java.
struct ModelInput {
    let value: JSONValue
    /// Where in the call it lies, such as `target.retryPolicy`; empty at the top.
    private let path: String

    init(_ value: JSONValue, path: String = "") {
        self.value = value
        self.path = path
    }

    subscript(_ name: String) -> JSONValue? {
        guard let member = value[name], !member.isNull else { return nil }
        return member
    }

    /// What a text must be like. `pattern` is what the service shows of the rule that `isAllowed` carries out.
    struct TextConstraint: Sendable {
        var lengths: ClosedRange<Int> = 0...Int.max
        var pattern = ""
        var isAllowed: @Sendable (String) -> Bool = { _ in true }
    }

    func text(_ name: String, _ constraint: TextConstraint = TextConstraint()) throws(ServiceFault) -> String? {
        guard let member = self[name] else { return nil }
        guard let text = member.string else { throw .serialization("\(name) must be a string.") }
        let length = text.unicodeScalars.count
        if length > constraint.lengths.upperBound {
            throw fault(name, text, "have length less than or equal to \(constraint.lengths.upperBound)")
        }
        if length < constraint.lengths.lowerBound {
            throw fault(name, text, "have length greater than or equal to \(constraint.lengths.lowerBound)")
        }
        guard constraint.isAllowed(text) else {
            throw fault(name, text, "satisfy regular expression pattern: \(constraint.pattern)")
        }
        return text
    }

    func requireText(_ name: String, _ constraint: TextConstraint = TextConstraint()) throws(ServiceFault) -> String {
        guard let text = try text(name, constraint) else { throw missing(name) }
        return text
    }

    func text(_ name: String, oneOf values: [String]) throws(ServiceFault) -> String? {
        guard let text = try text(name) else { return nil }
        guard values.contains(text) else {
            throw fault(name, text, "satisfy enum value set: [\(values.joined(separator: ", "))]")
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ServiceFault) -> Int? {
        guard let member = self[name] else { return nil }
        guard let number = member.int else { throw .serialization("\(name) must be a whole number.") }
        if number < range.lowerBound {
            throw fault(name, String(number), "have value greater than or equal to \(range.lowerBound)")
        }
        if number > range.upperBound {
            throw fault(name, String(number), "have value less than or equal to \(range.upperBound)")
        }
        return number
    }

    func boolean(_ name: String) throws(ServiceFault) -> Bool? {
        guard let member = self[name] else { return nil }
        guard let bool = member.bool else { throw .serialization("\(name) must be a boolean.") }
        return bool
    }

    /// Seconds since 1970, with a fraction or without.
    func instant(_ name: String) throws(ServiceFault) -> Timestamp? {
        guard let member = self[name] else { return nil }
        guard let seconds = member.double, abs(seconds) < Self.secondsMax else {
            throw .serialization("\(name) must be a number of seconds since 1970.")
        }
        return Timestamp(milliseconds: Int64((seconds * 1_000).rounded()))
    }

    private static let secondsMax = 253_402_300_800.0

    func structure(_ name: String) throws(ServiceFault) -> ModelInput? {
        guard let member = self[name] else { return nil }
        guard member.object != nil else { throw .serialization("\(name) must be an object.") }
        return ModelInput(member, path: place(name))
    }

    func requireStructure(_ name: String) throws(ServiceFault) -> ModelInput {
        guard let structure = try structure(name) else { throw missing(name) }
        return structure
    }

    /// - Parameter counts: how many elements it may have.
    func list(_ name: String, counts: ClosedRange<Int>) throws(ServiceFault) -> [ModelInput]? {
        guard let member = self[name] else { return nil }
        guard let elements = member.array else { throw .serialization("\(name) must be a list.") }
        if elements.count < counts.lowerBound {
            throw fault(name, "[]", "have length greater than or equal to \(counts.lowerBound)")
        }
        if elements.count > counts.upperBound {
            throw fault(name, member.compactText, "have length less than or equal to \(counts.upperBound)")
        }
        return elements.enumerated().map { ModelInput($1, path: "\(place(name)).\($0 + 1).member") }
    }

    func requireList(_ name: String, counts: ClosedRange<Int>) throws(ServiceFault) -> [ModelInput] {
        guard let list = try list(name, counts: counts) else { throw missing(name) }
        return list
    }

    func texts(_ name: String, counts: ClosedRange<Int>) throws(ServiceFault) -> [String]? {
        guard let elements = try list(name, counts: counts) else { return nil }
        var texts: [String] = []
        for element in elements {
            guard let text = element.value.string else { throw .serialization("\(name) must be a list of strings.") }
            texts.append(text)
        }
        return texts
    }

    /// A list of `{Key, Value}`.
    func tags(_ name: String) throws(ServiceFault) -> [String: String]? {
        guard let elements = try list(name, counts: 0...200) else { return nil }
        var tags: [String: String] = [:]
        for element in elements {
            let key = try element.requireText("Key", TextConstraint(lengths: 1...128))
            tags[key] = try element.requireText("Value", TextConstraint(lengths: 0...256))
        }
        return tags
    }

    private func missing(_ name: String) -> ServiceFault {
        .validation(
            "1 validation error detected: Value null at '\(place(name))' failed to satisfy constraint: Member must not be "
                + "null")
    }

    private func fault(_ name: String, _ value: String, _ constraint: String) -> ServiceFault {
        .validation(
            "1 validation error detected: Value '\(value)' at '\(place(name))' failed to satisfy constraint: Member must "
                + constraint)
    }

    /// Members begin with a small letter where errors name them.
    private func place(_ name: String) -> String {
        let member = name.prefix(1).lowercased() + name.dropFirst()
        return path.isEmpty ? member : "\(path).\(member)"
    }
}

extension ModelInput.TextConstraint {
    /// ASCII letters, digits, and what stands in `signs`.
    static func name(_ lengths: ClosedRange<Int>, signs: String, pattern: String) -> Self {
        let signs = Array(signs.utf8)
        return Self(lengths: lengths, pattern: pattern) { text in
            text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || signs.contains(byte)
            }
        }
    }
}

extension ServiceFault {
    static func validation(_ message: String) -> ServiceFault {
        ServiceFault(code: "ValidationException", message: message)
    }
}
