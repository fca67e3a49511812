import Expressions
import Items
import JSON

/// Reads attribute values whose types were checked, with DynamoDB's complaints about what they hold.
enum AttributeValueReader {
    static let nameSizeBytesMax = 65_535

    /// An item or key.
    static func item(_ members: JSONObject) throws(APIError) -> Item {
        Item(try map(members, level: 0))
    }

    static func value(_ json: JSONValue) throws(APIError) -> AttributeValue { try value(json, level: 1) }

    /// - Parameter level: lists and maps that this value lies within, plus one.
    private static func value(_ json: JSONValue, level: Int) throws(APIError) -> AttributeValue {
        guard case .object(let members) = json else {
            throw .validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
        }
        var found: AttributeValue?
        var types = 0
        for (type, content) in members where !content.isNull {
            guard let value = try read(type, content, level: level) else { continue }
            found = value
            types += 1
        }
        guard let found else {
            throw .validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
        }
        guard types == 1 else {
            throw .validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
            )
        }
        return found
    }

    /// nil if there is no such type.
    private static func read(_ type: String, _ content: JSONValue, level: Int) throws(APIError) -> AttributeValue? {
        switch (type, content) {
        case ("S", .string(let text)): return .string(text)
        case ("N", .string(let text)): return .number(try number(text))
        case ("B", .string(let text)): return .binary(Base64.bytes(of: text) ?? [])
        case ("BOOL", _): return .bool(flag(content))
        case ("NULL", _):
            guard flag(content) else {
                throw .invalid("Null attribute value types must have the value of true")
            }
            return .null
        case ("L", .array(let elements)):
            try checkLevel(level)
            var list: [AttributeValue] = []
            list.reserveCapacity(elements.count)
            for element in elements { list.append(try value(element, level: level + 1)) }
            return .list(list)
        case ("M", .object(let members)): return .map(try map(members, level: level))
        case ("SS", .array(let elements)): return try stringSet(elements.compactMap(\.string))
        case ("NS", .array(let elements)): return try numberSet(elements.compactMap(\.string))
        case ("BS", .array(let elements)): return try binarySet(elements.compactMap(\.string))
        default: return nil
        }
    }

    private static func map(_ members: JSONObject, level: Int) throws(APIError) -> AttributeMap {
        try checkLevel(level)
        var entries: [AttributeMap.Entry] = []
        entries.reserveCapacity(members.count)
        for (name, json) in members {
            try checkName(name)
            entries.append(AttributeMap.Entry(name, try value(json, level: level + 1)))
        }
        return AttributeMap(entries)
    }

    private static func checkLevel(_ level: Int) throws(APIError) {
        guard level <= AttributeValue.nestingLevelsMax else {
            throw .validation(
                "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
                    + "supported limit")
        }
    }

    static func checkName(_ name: String) throws(APIError) {
        guard !name.isEmpty else { throw .invalid("Empty attribute name") }
        guard name.utf8.count <= nameSizeBytesMax else {
            throw .invalid("Attribute name is too large, must be less than \(nameSizeBytesMax + 1) bytes")
        }
    }

    private static func flag(_ content: JSONValue) -> Bool {
        switch content {
        case .bool(let flag): flag
        case .string(let text): RequestText.boolean(text) ?? false
        default: false
        }
    }

    private static func number(_ text: String) throws(APIError) -> ItemNumber {
        guard !text.isEmpty else { throw .validation("The parameter cannot be converted to a numeric value") }
        do throws(ItemNumberError) { return try ItemNumber(text) } catch {
            guard error != .malformed else {
                throw .validation("The parameter cannot be converted to a numeric value: \(text)")
            }
            throw .validation(error.updateMessage)
        }
    }

    private static func stringSet(_ texts: [String]) throws(APIError) -> AttributeValue {
        guard !texts.isEmpty else { throw .invalid("An string set  may not be empty") }
        guard Set(texts.map { Array($0.utf8) }).count == texts.count else {
            throw .invalid("Input collection [\(texts.joined(separator: ", "))] contains duplicates.")
        }
        return .stringSet(texts)
    }

    private static func numberSet(_ texts: [String]) throws(APIError) -> AttributeValue {
        guard !texts.isEmpty else { throw .invalid("An number set  may not be empty") }
        var numbers: [ItemNumber] = []
        for text in texts { numbers.append(try number(text)) }
        guard Set(numbers).count == numbers.count else { throw .validation("Input collection contains duplicates") }
        return .numberSet(numbers)
    }

    private static func binarySet(_ texts: [String]) throws(APIError) -> AttributeValue {
        guard !texts.isEmpty else { throw .invalid("Binary sets should not be empty") }
        let binaries = texts.compactMap(Base64.bytes)
        guard Set(binaries).count == binaries.count else {
            throw .invalid("Input collection [\(texts.joined(separator: ", "))]of type BS contains duplicates.")
        }
        return .binarySet(binaries)
    }
}
