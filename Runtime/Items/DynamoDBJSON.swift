package import JSON

// DynamoDB's JSON: every value in an object that names its type, numbers as text, binary in base64.
// Source: Amazon DynamoDB API Reference, AttributeValue; Developer Guide, "DynamoDB low-level API".

extension Item {
    /// Reads `{"name": {"S": "…"}, …}`.
    package init(dynamoDBJSON value: JSONValue) throws(DynamoDBJSONError) {
        guard case .object(let members) = value else { throw DynamoDBJSONError(.noObject(value.kindName)) }
        self.init(try AttributeValue.map(members))
    }

    /// Attributes in the order of their names.
    package var dynamoDBJSON: JSONValue { .object(AttributeValue.object(attributes)) }
}

extension AttributeValue {
    /// Reads `{"S": "…"}` and its like.
    package init(dynamoDBJSON value: JSONValue) throws(DynamoDBJSONError) {
        guard case .object(let members) = value else { throw DynamoDBJSONError(.noObject(value.kindName)) }
        guard let (type, content) = members.onlyMember else {
            throw DynamoDBJSONError(members.isEmpty ? .noType : .severalTypes(members.keys))
        }
        do throws(DynamoDBJSONError) {
            self = try Self.read(type, content)
        } catch {
            if case .unknownType = error.reason, error.path.isEmpty { throw error }
            throw error.below(type)
        }
    }

    private static func read(_ type: String, _ content: JSONValue) throws(DynamoDBJSONError) -> AttributeValue {
        switch type {
        case "S": return .string(try string(content, of: type))
        case "N": return .number(try number(content, of: type))
        case "B": return .binary(try binary(content, of: type))
        case "BOOL":
            guard case .bool(let flag) = content else { throw wrong(type, "true or false") }
            return .bool(flag)
        case "NULL":
            guard case .bool(true) = content else { throw wrong(type, "true") }
            return .null
        case "L":
            let elements = try array(content, of: type)
            var list: [AttributeValue] = []
            list.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                do throws(DynamoDBJSONError) {
                    list.append(try AttributeValue(dynamoDBJSON: element))
                } catch { throw error.below("[\(index)]") }
            }
            return .list(list)
        case "M":
            guard case .object(let members) = content else { throw wrong(type, "an object") }
            return .map(try map(members))
        case "SS":
            let set = try elements(content, of: type, string)
            // Strings are distinct by their bytes.
            guard Set(set.map { Array($0.utf8) }).count == set.count else {
                throw DynamoDBJSONError(.repeatedInSet(type))
            }
            return .stringSet(set)
        case "NS":
            let set = try elements(content, of: type, number)
            guard Set(set).count == set.count else { throw DynamoDBJSONError(.repeatedInSet(type)) }
            return .numberSet(set)
        case "BS":
            let set = try elements(content, of: type, binary)
            guard Set(set).count == set.count else { throw DynamoDBJSONError(.repeatedInSet(type)) }
            return .binarySet(set)
        default: throw DynamoDBJSONError(.unknownType(type))
        }
    }

    fileprivate static func map(_ members: JSONObject) throws(DynamoDBJSONError) -> AttributeMap {
        var entries: [AttributeMap.Entry] = []
        entries.reserveCapacity(members.count)
        for (name, value) in members {
            do throws(DynamoDBJSONError) {
                entries.append(AttributeMap.Entry(name, try AttributeValue(dynamoDBJSON: value)))
            } catch { throw error.below(name) }
        }
        return AttributeMap(entries)
    }

    private static func elements<Element>(
        _ content: JSONValue, of type: String,
        _ read: (JSONValue, String) throws(DynamoDBJSONError) -> Element
    ) throws(DynamoDBJSONError) -> [Element] {
        let values = try array(content, of: type)
        guard !values.isEmpty else { throw DynamoDBJSONError(.emptySet(type)) }
        var elements: [Element] = []
        for (index, value) in values.enumerated() {
            do throws(DynamoDBJSONError) {
                elements.append(try read(value, type))
            } catch { throw error.below("[\(index)]") }
        }
        return elements
    }

    private static func array(_ content: JSONValue, of type: String) throws(DynamoDBJSONError) -> [JSONValue] {
        guard case .array(let elements) = content else { throw wrong(type, "an array") }
        return elements
    }

    private static func string(_ content: JSONValue, of type: String) throws(DynamoDBJSONError) -> String {
        guard case .string(let text) = content else { throw wrong(type, "a string") }
        return text
    }

    private static func number(_ content: JSONValue, of type: String) throws(DynamoDBJSONError) -> ItemNumber {
        guard case .string(let text) = content else { throw wrong(type, "a number in quotes") }
        do throws(ItemNumberError) { return try ItemNumber(text) } catch {
            throw DynamoDBJSONError(.badNumber(text, error))
        }
    }

    private static func binary(_ content: JSONValue, of type: String) throws(DynamoDBJSONError) -> [UInt8] {
        guard case .string(let text) = content else { throw wrong(type, "a base64 string") }
        guard let bytes = Base64.bytes(of: text) else { throw DynamoDBJSONError(.badBase64) }
        return bytes
    }

    private static func wrong(_ type: String, _ expected: String) -> DynamoDBJSONError {
        DynamoDBJSONError(.wrongContent(type: type, expected: expected))
    }
}

// Writing.
extension AttributeValue {
    /// `{"S": "…"}` and its like; the members of maps in the order of their names.
    package var dynamoDBJSON: JSONValue {
        switch self {
        case .string(let text): ["S": .string(text)]
        case .number(let number): ["N": .string(number.description)]
        case .binary(let bytes): ["B": .string(Base64.text(of: bytes))]
        case .bool(let flag): ["BOOL": .bool(flag)]
        case .null: ["NULL": true]
        case .list(let elements): ["L": .array(elements.map(\.dynamoDBJSON))]
        case .map(let members): ["M": .object(Self.object(members))]
        case .stringSet(let set): ["SS": .array(set.map { .string($0) })]
        case .numberSet(let set): ["NS": .array(set.map { .string($0.description) })]
        case .binarySet(let set): ["BS": .array(set.map { .string(Base64.text(of: $0)) })]
        }
    }

    fileprivate static func object(_ members: AttributeMap) -> JSONObject {
        JSONObject(members.map { ($0.key, $0.value.dynamoDBJSON) })
    }
}
