/// Where and why a JSON value is no DynamoDB attribute value.
package struct DynamoDBJSONError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// Something other than an object; its JSON kind.
        case noObject(String)
        /// `{}`.
        case noType
        /// More than one member: their names.
        case severalTypes([String])
        case unknownType(String)
        /// The type's name and what its value must be.
        case wrongContent(type: String, expected: String)
        /// The text given.
        case badNumber(String, ItemNumberError)
        case badBase64
        case emptySet(String)
        case repeatedInSet(String)
    }

    /// From the outside in: attribute names, type names, places in lists, such as `options.L[0].M.title`. Empty for
    /// the value itself.
    package private(set) var path: String
    package let reason: Reason

    init(_ reason: Reason, at path: String = "") {
        self.path = path
        self.reason = reason
    }

    /// The same error seen from one level further out.
    func below(_ step: String) -> DynamoDBJSONError {
        let separator = path.isEmpty || path.hasPrefix("[") ? "" : "."
        return DynamoDBJSONError(reason, at: step + separator + path)
    }

    package var description: String { (path.isEmpty ? "" : path + ": ") + reason.text }
}

extension DynamoDBJSONError.Reason {
    fileprivate var text: String {
        switch self {
        case .noObject(let kind):
            "found \(kind) where an attribute value such as {\"S\": \"text\"} is expected"
        case .noType: "found {} where an attribute value such as {\"S\": \"text\"} is expected"
        case .severalTypes(let names):
            "an attribute value has exactly one type, not \(names.joined(separator: " and "))"
        case .unknownType(let name):
            "\"\(name)\" is no attribute type; the types are S, N, B, BOOL, NULL, L, M, SS, NS and BS"
        case .wrongContent(let type, let expected): "the value of \(type) must be \(expected)"
        case .badNumber(let text, .malformed): "\"\(text)\" is not a decimal number"
        case .badNumber(let text, .tooManyDigits):
            "the number \"\(text)\" has more than \(ItemNumber.significantDigitsMax) significant digits"
        case .badNumber(let text, .overflow): "the number \"\(text)\" is greater than 9.99E+125 in magnitude"
        case .badNumber(let text, .underflow): "the number \"\(text)\" is less than 1E-130 in magnitude"
        case .badBase64: "the text is not base64 with its padding"
        case .emptySet(let type): "a set of type \(type) may not be empty"
        case .repeatedInSet(let type): "a set of type \(type) may not hold the same element twice"
        }
    }
}
