import JSON
import Testing

/// Types that write and read themselves by hand, with every kind of nested container.
struct JSONContainersTests {
    class Base: Codable {
        var name = "base"
        init() {}
    }
    final class Derived: Base {
        var count = 2
        private enum Keys: CodingKey { case count, parent }
        override init() { super.init() }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            count = try container.decode(Int.self, forKey: .count)
            try super.init(from: container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try super.encode(to: container.superEncoder())
            try container.encode(count, forKey: .count)
        }
    }
    @Test func `writes and reads a superclass`() throws {
        let value = Derived()
        (value.name, value.count) = ("x", 3)
        let bytes = try encodeJSON(value)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"super":{"name":"x"},"count":3}"#)
        let read = try decodeJSON(Derived.self, from: bytes)
        #expect(read.name == "x" && read.count == 3)
        #expect(throws: DecodingError.self) { try decodeJSON(Derived.self, from: ["count": 1]) }
    }

    struct Knotted: Codable, Equatable {
        var a: Int, b: [Int], c: String, d: [String]
        enum Keys: String, CodingKey { case outer, list, last, own }
        init(a: Int, b: [Int], c: String, d: [String]) { (self.a, self.b, self.c, self.d) = (a, b, c, d) }

        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Keys.self)
            var inner = outer.nestedContainer(keyedBy: Keys.self, forKey: .outer)
            var list = outer.nestedUnkeyedContainer(forKey: .list)
            // In turns, which a writer that streams could not do.
            try inner.encode(a, forKey: .own)
            try list.encode(contentsOf: b)
            try outer.encode(c, forKey: .last)
            var deepest = inner.nestedUnkeyedContainer(forKey: .list)
            var pair = list.nestedUnkeyedContainer()
            try pair.encodeNil()
            var object = list.nestedContainer(keyedBy: Keys.self)
            try object.encodeNil(forKey: .own)
            #expect(list.count == b.count + 2)
            for text in d { try deepest.encode(text) }
        }

        init(from decoder: any Decoder) throws {
            let outer = try decoder.container(keyedBy: Keys.self)
            #expect(outer.allKeys.map(\.rawValue) == ["outer", "list", "last"])
            #expect(outer.contains(.list) && !outer.contains(.own))
            let inner = try outer.nestedContainer(keyedBy: Keys.self, forKey: .outer)
            var list = try outer.nestedUnkeyedContainer(forKey: .list)
            a = try inner.decode(Int.self, forKey: .own)
            b = []
            for _ in 0..<(list.count ?? 0) - 2 { b.append(try list.decode(Int.self)) }
            var pair = try list.nestedUnkeyedContainer()
            #expect(try pair.decodeNil() && pair.isAtEnd)
            let object = try list.nestedContainer(keyedBy: Keys.self)
            #expect(try object.decodeNil(forKey: .own))
            #expect(object.codingPath.map(\.stringValue) == ["list", "Index \(b.count + 1)"])
            c = try outer.decode(String.self, forKey: .last)
            var texts = try inner.nestedUnkeyedContainer(forKey: .list)
            d = []
            while !texts.isAtEnd { d.append(try texts.decode(String.self)) }
        }
    }
    @Test func `fills nested containers in any order`() throws {
        let value = Knotted(a: 1, b: [2, 3], c: "x", d: ["p", "q"])
        let bytes = try encodeJSON(value)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"outer":{"own":1,"list":["p","q"]},"list":[2,3,[null],{"own":null}],"last":"x"}"#)
        #expect(try decodeJSON(Knotted.self, from: bytes) == value)
    }

    @Test func `leaves an element that does not fit for another try`() throws {
        struct Either: Decodable {
            var text: String
            init(from decoder: any Decoder) throws {
                var list = try decoder.unkeyedContainer()
                text = try (try? list.decode(String.self)) ?? String(list.decode(Int.self))
                #expect(list.isAtEnd)
            }
        }
        #expect(try decodeJSON(Either.self, from: [7] as JSONValue).text == "7")
    }

    struct Empty: Encodable {
        func encode(to encoder: any Encoder) throws {}
    }
    struct Twice: Encodable {
        enum Keys: CodingKey { case a, b }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(1, forKey: .a)
            try container.encode(2, forKey: .b)
            try container.encode(3, forKey: .a)
            var again = encoder.container(keyedBy: Keys.self)
            try again.encode([4], forKey: .b)
        }
    }
    @Test func `a value that encodes nothing is an error alone and an empty object inside`() throws {
        #expect(throws: EncodingError.self) { try encodeJSON(Empty()) }
        #expect(try encodeJSON([Empty()]) == Array("[{}]".utf8))
    }

    @Test func `a name encoded twice keeps the last value`() throws {
        #expect(try encodeJSON(Twice()) == Array(#"{"a":3,"b":[4]}"#.utf8))
        #expect(try encodeJSONValue(Twice()) == ["a": 3, "b": [4]])
    }

    /// Writes names in the order given, some with a container of their own.
    struct Repeating: Encodable {
        let names: [String]
        let isNested: Bool
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(_ name: String) { stringValue = name }
            init?(stringValue: String) { self.init(stringValue) }
            init?(intValue: Int) { nil }
        }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            for (place, name) in names.enumerated() {
                if isNested {
                    var list = container.nestedUnkeyedContainer(forKey: Key(name))
                    try list.encode(place)
                } else {
                    try container.encode(place, forKey: Key(name))
                }
            }
        }
    }
    @Test(arguments: [1, 2, 5, 15, 16, 17, 18, 60], [false, true])
    func `random repeated names keep their last values`(count: Int, isNested: Bool) throws {
        var chance = SeededGenerator(seed: UInt64(count))
        for _ in 0..<50 {
            let names = (0..<count).map { _ in "n\(Int.random(in: 0..<count, using: &chance))" }
            var last: [String: Int] = [:]
            for (place, name) in names.enumerated() { last[name] = place }
            let bytes = try encodeJSON(Repeating(names: names, isNested: isNested))
            let object = try #require(parseJSON(bytes).object)
            #expect(object.count == last.count)
            for (name, place) in last {
                #expect(object[name] == (isNested ? [.number(JSONNumber(place))] : .number(JSONNumber(place))))
            }
            // Nothing of the earlier values is left in the text.
            #expect(bytes == JSONValue.object(object).compactBytes)
        }
    }

    @Test func `writes scalars alone`() throws {
        #expect(try encodeJSON("a\"") == Array(#""a\"""#.utf8))
        #expect(try encodeJSON(1.5 as Float) == Array("1.5".utf8))
        #expect(try encodeJSON(Int?.none) == Array("null".utf8))
        #expect(try encodeJSON([true: 1].map { [$0.key] }) == Array("[[true]]".utf8))
        #expect(try encodeJSON([1: "a"]) == Array(#"{"1":"a"}"#.utf8))
    }

    @Test func `refuses numbers that are not finite`() {
        #expect(throws: EncodingError.self) { try encodeJSON(Double.nan) }
        #expect(throws: EncodingError.self) { try encodeJSON([-Float.infinity]) }
        let error = #expect(throws: EncodingError.self) { try encodeJSON(["a": [1, Double.infinity]]) }
        guard case .invalidValue(_, let context)? = error else { return }
        #expect(context.codingPath.map(\.stringValue) == ["a", "Index 1"])
        #expect(context.debugDescription == "JSON has no number for inf.")
    }
}
