import Items
import JSON

/// Holds a request against its shape: whether every value is of its type. The first one that is not ends the request
/// with a SerializationException, before anything else is looked at.
enum TypeChecker {
    /// Where a value stands; the wording depends on it.
    private enum Place { case member, element }

    static func check(_ request: JSONObject, _ fields: [Field]) throws(APIError) {
        for field in fields {
            guard let value = request[field.name], !value.isNull else { continue }
            try check(value, field.shape, .member)
        }
    }

    private static func check(_ value: JSONValue, _ shape: Shape, _ place: Place) throws(APIError) {
        switch shape {
        case .boolean: try checkBoolean(value)
        case .integer: try checkNumber(value, "Integer")
        case .long: try checkNumber(value, "Long")
        case .string: try checkString(value)
        case .attributeValue: try checkAttributeValue(value, place)
        case .list(let element):
            switch value {
            case .array(let elements):
                for value in elements where !value.isNull { try check(value, element.shape, .element) }
            case .object: throw foundStructure
            default: throw unexpectedField
            }
        case .map(let element):
            switch value {
            case .object(let members):
                for (_, value) in members where !value.isNull { try check(value, element.shape, .element) }
            case .array:
                throw .serialization(
                    "Unrecognized collection type java.util.Map<java.lang.String, \(javaClass(element.shape))>")
            default: throw unexpectedField
            }
        case .structure(let name, let fields):
            switch value {
            case .object(let members): try check(members, fields)
            case .array:
                throw .serialization("Unrecognized collection type class com.amazonaws.dynamodb.v20120810.\(name)")
            default: throw place == .member ? unexpectedField : unexpectedValue
            }
        }
    }

    private static let foundStructure = APIError.serialization("Start of structure or map found where not expected")
    private static let unexpectedField = APIError.serialization("Unexpected field type")
    private static let unexpectedValue = APIError.serialization("Unexpected value type in payload")

    private static func javaClass(_ shape: Shape) -> String {
        switch shape {
        case .string: "java.lang.String"
        case .structure(let name, _): "com.amazonaws.dynamodb.v20120810.\(name)"
        case .list(let element): "java.util.List<\(javaClass(element.shape))>"
        default: "com.amazonaws.dynamodb.v20120810.AttributeValue"
        }
    }

    private static func checkBoolean(_ value: JSONValue) throws(APIError) {
        switch value {
        case .bool: return
        case .string(let text):
            guard RequestText.boolean(text) != nil else {
                throw .serialization("Unexpected token received from parser")
            }
        case .number: throw .serialization("\(kind(of: value)) cannot be converted to Boolean")
        case .array: throw .serialization("Unrecognized collection type class java.lang.Boolean")
        default: throw foundStructure
        }
    }

    private static func checkNumber(_ value: JSONValue, _ type: String) throws(APIError) {
        switch value {
        case .number: return
        case .array: throw .serialization("Unrecognized collection type class java.lang.\(type)")
        case .object: throw foundStructure
        default: throw .serialization("\(kind(of: value)) cannot be converted to \(type)")
        }
    }

    private static func checkString(_ value: JSONValue) throws(APIError) {
        switch value {
        case .string: return
        case .array: throw .serialization("Unrecognized collection type class java.lang.String")
        case .object: throw foundStructure
        default: throw .serialization("\(kind(of: value)) cannot be converted to String")
        }
    }

    private static func checkBlob(_ value: JSONValue) throws(APIError) {
        switch value {
        case .string(let text):
            guard text.utf8.count % 4 == 0 else {
                throw .serialization(
                    "Base64 encoded length is expected a multiple of 4 bytes but found: \(text.utf8.count)")
            }
            guard Base64.bytes(of: text) != nil else {
                throw .serialization("Invalid last non-pad Base64 character dectected")
            }
        case .array: throw .serialization("Unrecognized collection type class java.nio.ByteBuffer")
        case .object: throw foundStructure
        default: throw .serialization("only base-64-encoded strings are convertible to bytes")
        }
    }

    private static func checkAttributeValue(_ value: JSONValue, _ place: Place) throws(APIError) {
        guard case .object(let members) = value else {
            if case .array = value {
                throw .serialization(
                    "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue")
            }
            throw place == .member ? unexpectedField : unexpectedValue
        }
        for (type, content) in members where !content.isNull {
            switch type {
            case "S", "N": try checkString(content)
            case "B": try checkBlob(content)
            case "BOOL", "NULL": try checkBoolean(content)
            case "M": try check(content, .map(.member(.attributeValue)), .member)
            case "L": try check(content, .list(.member(.attributeValue)), .member)
            case "SS", "NS": try check(content, .list(.member(.string)), .member)
            case "BS":
                guard case .array(let elements) = content else {
                    if case .object = content { throw foundStructure }
                    throw unexpectedField
                }
                for element in elements where !element.isNull { try checkBlob(element) }
            default: continue
            }
        }
    }

    private static func kind(of value: JSONValue) -> String {
        switch value {
        case .bool(true): "TRUE_VALUE"
        case .bool(false): "FALSE_VALUE"
        case .number(let number): number.int == nil ? "DECIMAL_VALUE" : "NUMBER_VALUE"
        default: "STRING_VALUE"
        }
    }
}

/// How the texts of a request are read.
enum RequestText {
    /// DynamoDB takes some words for booleans.
    static func boolean(_ text: String) -> Bool? {
        switch text.uppercased() {
        case "TRUE", "1", "YES": true
        case "FALSE", "0", "NO": false
        default: nil
        }
    }
}
