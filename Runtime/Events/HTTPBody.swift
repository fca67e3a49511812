import Items
import JSON

extension HTTPEvent {
    /// The body as it came over the wire, for signatures that cover its bytes; empty when there is none.
    ///
    /// - Throws: ``RequestError/bodyEncoding`` if it says base64 and is not.
    package func bodyBytes() throws(RequestError) -> [UInt8] {
        guard let body else { return [] }
        guard isBase64Encoded else { return Array(body.utf8) }
        guard let bytes = Base64.bytes(of: body) else { throw .bodyEncoding }
        return bytes
    }

    /// The JSON body as a value of a type.
    ///
    /// - Throws: the ``RequestError`` that says what is wrong with it and where.
    package func body<Value: Decodable>(as type: Value.Type) throws(RequestError) -> Value {
        let bytes = try bodyBytes()
        guard !bytes.isEmpty else { throw .bodyMissing }
        do {
            return try decodeJSON(type, from: bytes)
        } catch let error as JSONSyntaxError {
            throw .bodySyntax(line: error.line, column: error.column, reason: error.reason)
        } catch let error as DecodingError {
            throw .field(error.fieldPath)
        } catch {
            // A type's own initialiser refused the body as a whole.
            throw .field("")
        }
    }

    /// The user on whose behalf the request comes: the verified subject, never a field of the request (R1).
    package func userID() throws(RequestError) -> String {
        guard let subject = claims.subject else { throw .notLoggedIn }
        return subject
    }

    /// The administrator on whose behalf the request comes: a user in the user pool's group ``administrators``.
    package func administratorID() throws(RequestError) -> String {
        let userID = try userID()
        guard claims.groups.contains(Self.administrators) else { throw .notAdministrator }
        return userID
    }

    package static let administrators = "admins"

    /// More than any id has, and less than a key of DynamoDB may have: 2,048 for a partition key, our prefix included.
    package static let pathParameterBytesMax = 256

    /// A path parameter of the route: 1 to ``pathParameterBytesMax`` bytes.
    package func pathParameter(_ name: String) throws(RequestError) -> String {
        guard let value = pathParameters?[name], (1...Self.pathParameterBytesMax).contains(value.utf8.count) else {
            throw .parameter(name)
        }
        return value
    }

    /// The caller's name for one intent: the same key again is the same request again.
    ///
    /// - Throws: ``RequestError/idempotencyKey`` unless it is 8...64 letters, digits, dashes or underscores.
    /// - Note: Source: IETF draft-ietf-httpapi-idempotency-key-header; a UUID fits.
    package func idempotencyKey() throws(RequestError) -> String {
        guard let key = header("idempotency-key"), (8...64).contains(key.utf8.count),
            key.utf8.allSatisfy({ $0.isIdempotencyKeyByte })
        else { throw .idempotencyKey }
        return key
    }
}

extension UInt8 {
    fileprivate var isIdempotencyKeyByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension DecodingError {
    /// Where in the body the error is, as `options[1].title`.
    fileprivate var fieldPath: String {
        let keys: [any CodingKey]
        switch self {
        case .keyNotFound(let key, let context): keys = context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            keys = context.codingPath
        @unknown default: keys = []
        }
        var path = ""
        for key in keys {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return path
    }
}
