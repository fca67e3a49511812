import Crypto
import Items
import JSON

/// An attribute of a message.
///
/// - Note: Source: Amazon SQS Developer Guide, "Amazon SQS message metadata".
package struct MessageAttribute: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case text(String)
        case binary([UInt8])
    }

    package static let countMax = 10
    private static let nameCharactersMax = 256

    package var name: String
    /// `String`, `Number` or `Binary`, maybe with a suffix of the sender's own: `Number.int`.
    package var dataType: String
    package var value: Value

    package init(name: String, dataType: String, value: Value) {
        self.name = name
        self.dataType = dataType
        self.value = value
    }

    var sizeBytes: Int {
        let valueBytes =
            switch value {
            case .text(let text): text.utf8.count
            case .binary(let bytes): bytes.count
            }
        return name.utf8.count + dataType.utf8.count + valueBytes
    }

    /// In hexadecimal digits, over all attributes in the order of their names; nil if there is none.
    package static func md5(of attributes: [MessageAttribute]) -> String? {
        guard !attributes.isEmpty else { return nil }
        var hash = Insecure.MD5()
        func add(_ bytes: some Sequence<UInt8>) {
            let bytes = Array(bytes)
            withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        for attribute in attributes.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            add(attribute.name.utf8)
            add(attribute.dataType.utf8)
            switch attribute.value {
            case .text(let text):
                hash.update(data: [1])
                add(text.utf8)
            case .binary(let bytes):
                hash.update(data: [2])
                add(bytes)
            }
        }
        return hash.finalize().hexadecimalText
    }

    package static func md5(of text: String) -> String { Insecure.MD5.hash(data: Array(text.utf8)).hexadecimalText }
}

// On the wire, and as it is kept.
extension MessageAttribute {
    /// As SQS answers it.
    var json: JSONValue {
        switch value {
        case .text(let text): ["StringValue": .string(text), "DataType": .string(dataType)]
        case .binary(let bytes): ["BinaryValue": .string(Base64.text(of: bytes)), "DataType": .string(dataType)]
        }
    }

    /// As Lambda hands it to a function.
    var recordJSON: JSONValue {
        let (name, value): (String, String) =
            switch value {
            case .text(let text): ("stringValue", text)
            case .binary(let bytes): ("binaryValue", Base64.text(of: bytes))
            }
        return .object([
            name: .string(value), "stringListValues": [], "binaryListValues": [], "dataType": .string(dataType),
        ])
    }

    /// The attributes of a message that is sent, with SQS's checks.
    static func all(of value: JSONValue?) throws(ServiceFault) -> [MessageAttribute] {
        guard let value, !value.isNull else { return [] }
        guard let object = value.object else { throw .serialization("MessageAttributes must be an object.") }
        guard object.count <= countMax else {
            throw .invalidParameter(
                "Number of message attributes [\(object.count)] exceeds the allowed maximum [\(countMax)].")
        }
        var attributes: [MessageAttribute] = []
        for (name, value) in object { attributes.append(try MessageAttribute(name, value)) }
        return attributes
    }

    init(_ name: String, _ value: JSONValue) throws(ServiceFault) {
        try Self.check(name: name)
        let type = value["DataType"]?.string ?? ""
        let kind = String(type.prefix { $0 != "." })
        guard ["String", "Number", "Binary"].contains(kind) else {
            throw .invalidParameter(
                type.isEmpty
                    ? "The message attribute '\(name)' must contain non-empty message attribute type."
                    : "The message attribute '\(name)' has an invalid message attribute type, the set of supported type "
                        + "prefixes is Binary, Number, and String.")
        }
        let given: Value? =
            kind == "Binary"
            ? value["BinaryValue"]?.string.flatMap { Base64.bytes(of: $0) }.map { .binary($0) }
            : value["StringValue"]?.string.map { .text($0) }
        guard let given, given != .text(""), given != .binary([]) else {
            throw .invalidParameter(
                "The message attribute '\(name)' must contain non-empty message attribute value for message attribute "
                    + "type '\(type)'.")
        }
        if kind == "Number", case .text(let text) = given, Double(text) == nil {
            throw .invalidParameter("Can't cast the value of message (user) attribute '\(name)' to a number.")
        }
        self.init(name: name, dataType: type, value: given)
    }

    private static func check(name: String) throws(ServiceFault) {
        let isAllowed = name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "-_.".utf8.contains(byte)
        }
        let lower = name.lowercased()
        guard isAllowed, !name.isEmpty, !name.hasPrefix("."), !name.hasSuffix("."), !name.contains("..") else {
            throw .invalidParameter(
                "The message attribute name '\(name)' can only contain letters, digits, hyphens, underscores and "
                    + "periods, and must not start or end with a period or have two in a row.")
        }
        guard name.utf8.count <= nameCharactersMax, !lower.hasPrefix("aws."), !lower.hasPrefix("amazon.") else {
            throw .invalidParameter(
                "The message attribute name '\(name)' must have \(nameCharactersMax) characters at most and must not "
                    + "start with AWS-reserved prefixes such as AWS. or Amazon.")
        }
    }

    /// Which attributes a receiver asks for: a name, `All`, `.*`, or a prefix as in `bar.*`.
    static func isWanted(_ name: String, by names: [String]) -> Bool {
        names.contains { wanted in
            wanted == "All" || wanted == name || (wanted.hasSuffix(".*") && name.hasPrefix(wanted.dropLast(2)))
        }
    }
}
