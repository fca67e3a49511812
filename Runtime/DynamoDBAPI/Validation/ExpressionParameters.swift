import Expressions
import Items
import JSON

/// The expression parameters of one request, or of one part of a batch or transaction.
struct ExpressionParameters {
    private let request: Request
    var inputs: ExpressionInputs

    /// Whether expression parameters and the older ones are mixed, or placeholders come without an expression.
    ///
    /// - Parameters:
    ///   - expressions: those the operation takes.
    ///   - older: the parameters that expressions replace.
    static func checkMix(_ request: Request, expressions: [String], older: [String]) throws(APIError) {
        let given = expressions.filter(request.has)
        if !given.isEmpty {
            let olderGiven = older.filter(request.has)
            guard olderGiven.isEmpty else {
                throw .validation(
                    "Can not use both expression and non-expression parameters in the same request: "
                        + "Non-expression parameters: {\(olderGiven.joined(separator: ", "))} "
                        + "Expression parameters: {\(given.joined(separator: ", "))}")
            }
        }
        if given.isEmpty, request.has("ExpressionAttributeNames") {
            throw .validation("ExpressionAttributeNames can only be specified when using expressions")
        }
        let usingValues = expressions.filter { $0 != "ProjectionExpression" }
        if !usingValues.isEmpty, request.has("ExpressionAttributeValues"), !usingValues.contains(where: request.has) {
            throw .validation(
                "ExpressionAttributeValues can only be specified when using expressions: "
                    + "\(usingValues.joined(separator: " and ")) \(usingValues.count > 1 ? "are" : "is") null")
        }
    }

    /// Reads the names and values.
    init(_ request: Request) throws(APIError) {
        self.request = request
        inputs = ExpressionInputs(names: try Self.names(request), values: try Self.values(request))
    }

    private static func names(_ request: Request) throws(APIError) -> [String: String] {
        guard let members = request.object("ExpressionAttributeNames") else { return [:] }
        guard !members.isEmpty else { throw .validation("ExpressionAttributeNames must not be empty") }
        var names: [String: String] = [:]
        for (placeholder, value) in members {
            try checkPlaceholder(placeholder, begins: UInt8(ascii: "#"), "ExpressionAttributeNames")
            guard let name = value.string, !name.isEmpty else {
                throw .validation(
                    "ExpressionAttributeNames contains invalid value: Empty attribute name for key \(placeholder)")
            }
            guard name.utf8.count <= AttributeValueReader.nameSizeBytesMax else {
                throw .validation(
                    "ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than "
                        + "\(AttributeValueReader.nameSizeBytesMax + 1) bytes for key \(placeholder)")
            }
            names[placeholder] = name
        }
        return names
    }

    private static func values(_ request: Request) throws(APIError) -> [String: AttributeValue] {
        guard let members = request.object("ExpressionAttributeValues") else { return [:] }
        guard !members.isEmpty else { throw .validation("ExpressionAttributeValues must not be empty") }
        var values: [String: AttributeValue] = [:]
        for (placeholder, _) in members {
            try checkPlaceholder(placeholder, begins: UInt8(ascii: ":"), "ExpressionAttributeValues")
        }
        for (placeholder, json) in members {
            do throws(APIError) {
                values[placeholder] = try AttributeValueReader.value(json)
            } catch {
                throw .validation(
                    "ExpressionAttributeValues contains invalid value: \(error.message ?? "") for key \(placeholder)")
            }
        }
        return values
    }

    private static func checkPlaceholder(_ text: String, begins: UInt8, _ parameter: String) throws(APIError) {
        let bytes = text.utf8
        guard bytes.first == begins, bytes.count > 1, bytes.dropFirst().allSatisfy(\.isPlaceholderByte) else {
            throw .validation("\(parameter) contains invalid key: Syntax error; key: \"\(text)\"")
        }
    }

    mutating func condition(
        _ name: String = "ConditionExpression", kind: ExpressionKind = .condition
    ) throws(APIError) -> ConditionExpression? {
        guard let text = request.string(name) else { return nil }
        return try refusing { () throws(ExpressionError) in try ConditionExpression.parse(text, &inputs, kind: kind) }
    }

    mutating func update() throws(APIError) -> UpdateExpression? {
        guard let text = request.string("UpdateExpression") else { return nil }
        return try refusing { () throws(ExpressionError) in try UpdateExpression.parse(text, &inputs) }
    }

    mutating func projection() throws(APIError) -> ProjectionExpression? {
        guard let text = request.string("ProjectionExpression") else { return nil }
        return try refusing { () throws(ExpressionError) in try ProjectionExpression.parse(text, &inputs) }
    }

    mutating func keyCondition() throws(APIError) -> KeyCondition? {
        guard let text = request.string("KeyConditionExpression") else { return nil }
        return try refusing { () throws(ExpressionError) in try KeyCondition.parse(text, &inputs) }
    }

    /// Call after the last expression.
    func checkAllUsed() throws(APIError) {
        try refusing { () throws(ExpressionError) in try inputs.checkAllUsed() }
    }
}

/// Turns what an expression complains about into a validation error.
func refusing<Value>(_ body: () throws(ExpressionError) -> Value) throws(APIError) -> Value {
    do { return try body() } catch { throw .validation(error.message) }
}

extension UInt8 {
    fileprivate var isPlaceholderByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
