import JSON

// The text of `dynamoDBJSON` without the value in between: what a store writes for every item that it returns.

extension Item {
    /// Appends the same text as `dynamoDBJSON.write(into:)`.
    package func writeDynamoDBJSON(into bytes: inout [UInt8]) {
        AttributeValue.writeMembers(attributes, into: &bytes)
    }
}

extension AttributeValue {
    /// Appends the same text as `dynamoDBJSON.write(into:)`.
    package func writeDynamoDBJSON(into bytes: inout [UInt8]) {
        switch self {
        case .string(let text):
            bytes.append(literal: "{\"S\":")
            writeJSONString(text, into: &bytes)
        case .number(let number):
            bytes.append(literal: "{\"N\":")
            number.writeQuoted(into: &bytes)
        case .binary(let data):
            bytes.append(literal: "{\"B\":")
            Self.writeBase64(data, into: &bytes)
        case .bool(let flag): bytes.append(literal: flag ? "{\"BOOL\":true" : "{\"BOOL\":false")
        case .null: bytes.append(literal: "{\"NULL\":true")
        case .list(let elements):
            bytes.append(literal: "{\"L\":")
            Self.writeArray(elements, into: &bytes) { $0.writeDynamoDBJSON(into: &$1) }
        case .map(let members):
            bytes.append(literal: "{\"M\":")
            Self.writeMembers(members, into: &bytes)
        case .stringSet(let set):
            bytes.append(literal: "{\"SS\":")
            Self.writeArray(set, into: &bytes) { writeJSONString($0, into: &$1) }
        case .numberSet(let set):
            bytes.append(literal: "{\"NS\":")
            Self.writeArray(set, into: &bytes) { $0.writeQuoted(into: &$1) }
        case .binarySet(let set):
            bytes.append(literal: "{\"BS\":")
            Self.writeArray(set, into: &bytes) { Self.writeBase64($0, into: &$1) }
        }
        bytes.append(UInt8(ascii: "}"))
    }

    fileprivate static func writeMembers(_ members: AttributeMap, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (name, value) in members {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            writeJSONString(name, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            value.writeDynamoDBJSON(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func writeArray<Element>(
        _ elements: [Element], into bytes: inout [UInt8], _ write: (Element, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element, &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func writeBase64(_ data: [UInt8], into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        Base64.write(data, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}

extension ItemNumber {
    /// A number's text has nothing to escape.
    fileprivate func writeQuoted(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: description.utf8)
        bytes.append(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    fileprivate mutating func append(literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
