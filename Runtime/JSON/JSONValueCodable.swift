/// JSON values may be members of types that ``decodeJSON(_:from:)`` and ``encodeJSON(_:)`` read and write. Other
/// coders do not know them.
extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? JSONValueDecoder else {
            throw DecodingError.typeMismatch(
                JSONValue.self,
                DecodingError.Context(
                    codingPath: decoder.codingPath, debugDescription: "JSONValue is read from JSON only."))
        }
        self = decoder.place.pointee
    }

    package func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? JSONTextEncoder else {
            throw EncodingError.invalidValue(
                self,
                EncodingError.Context(
                    codingPath: encoder.codingPath, debugDescription: "JSONValue is written to JSON only."))
        }
        encoder.output.write(self)
    }
}
