import JSON
import Testing

struct JSONCodableTests {
    struct Point: Codable, Equatable { var x: Int, y: Double?, tags: [String] }
    @Test func `reads and writes a struct`() throws {
        let bytes = Array(#"{"y":1.5,"x":-3,"tags":["a","b\n"],"more":null}"#.utf8)
        let point = try decodeJSON(Point.self, from: bytes)
        #expect(point == Point(x: -3, y: 1.5, tags: ["a", "b\n"]))
        #expect(String(decoding: try encodeJSON(point), as: UTF8.self) == #"{"x":-3,"y":1.5,"tags":["a","b\n"]}"#)
    }
}
