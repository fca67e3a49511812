import JSON
import Testing

struct EncodingMemoryTests {
    /// Keeps an eye on the encoder it was given.
    final class Witness: Encodable {
        weak var encoder: AnyObject?

        func encode(to encoder: any Encoder) throws {
            self.encoder = encoder as AnyObject
            var container = encoder.singleValueContainer()
            try container.encode("seen")
        }
    }

    @Test func `an encoded value leaves nothing behind`() throws {
        let witness = Witness()
        #expect(try encodeJSON(["list": [witness]]) == Array(#"{"list":["seen"]}"#.utf8))
        #expect(witness.encoder == nil)
        #expect(try encodeJSONValue([witness]) == ["seen"])
        #expect(witness.encoder == nil)
    }
}
