import JSON
import Testing

struct JSONDecodingTests {
    enum Choice: String, Codable { case tea, mate }
    enum Shape: Codable, Equatable {
        case dot
        case circle(radius: Double)
        case pair(Int, String)
    }
    struct Inner: Codable, Equatable { var n: Int }
    struct Outer: Codable, Equatable {
        var inner: Inner
        var list: [Inner] = []
        var named: [String: Inner] = [:]
        var maybe: Int?
        var choice: Choice?
    }

    @Test func `reads nested types`() throws {
        let text = #"{"extra":[],"named":{"a":{"n":1}},"inner":{"n":2.0},"list":[{"n":3},{"n":4}],"choice":"mate"}"#
        let value = try decodeJSON(Outer.self, from: Array(text.utf8))
        #expect(
            value
                == Outer(
                    inner: Inner(n: 2), list: [Inner(n: 3), Inner(n: 4)], named: ["a": Inner(n: 1)], choice: .mate))
    }

    @Test func `reads enums with associated values`() throws {
        let shapes = try decodeJSON(
            [Shape].self, from: [["dot": [:]], ["circle": ["radius": 1.5]], ["pair": ["_0": 1, "_1": "x"]]])
        #expect(shapes == [.dot, .circle(radius: 1.5), .pair(1, "x")])
        #expect(
            try encodeJSONValue(shapes).compactText
                == #"[{"dot":{}},{"circle":{"radius":1.5}},{"pair":{"_0":1,"_1":"x"}}]"#)
    }

    @Test func `reads optional members that are null or missing`() throws {
        for text in [
            #"{"inner":{"n":1},"list":[],"named":{},"maybe":null,"choice":null}"#,
            #"{"inner":{"n":1},"list":[],"named":{}}"#,
        ] {
            #expect(try decodeJSON(Outer.self, from: Array(text.utf8)) == Outer(inner: Inner(n: 1)))
        }
        #expect(try decodeJSON([Int?].self, from: [1, nil, 3]) == [1, nil, 3])
        let flags: [String: Bool?] = ["a": Bool?.none, "b": true]
        #expect(try decodeJSON([String: Bool?].self, from: ["a": nil, "b": true]) == flags)
        #expect(try decodeJSON(Int?.self, from: nil) == nil)
    }

    @Test func `reads JSON values in place`() throws {
        struct Holder: Codable { var any: JSONValue, maybe: JSONValue?, all: [JSONValue] }
        let text = #"{"any":{"a":[1.50]},"all":[null,"x"]}"#
        let holder = try decodeJSON(Holder.self, from: Array(text.utf8))
        #expect(holder.any == ["a": [.number(JSONNumber(text: "1.50")!)]])
        #expect(holder.maybe == nil)
        #expect(String(decoding: try encodeJSON(holder), as: UTF8.self) == text)
        #expect(try encodeJSON(holder.any) == Array(#"{"a":[1.50]}"#.utf8))
    }

    @Test func `reads whole numbers of every width at their ends`() throws {
        func check<Whole: FixedWidthInteger & Codable>(_ type: Whole.Type) throws {
            for whole in [Whole.min, .max, 0, 1] {
                let value: JSONValue = .number(JSONNumber(text: String(whole))!)
                #expect(try decodeJSON(type, from: value) == whole)
                #expect(try decodeJSON([Whole].self, from: [value]) == [whole])
                #expect(try decodeJSON([String: Whole].self, from: ["a": value]) == ["a": whole])
                #expect(try encodeJSONValue(["a": [whole]]) == ["a": [value]])
                #expect(try encodeJSONValue(whole) == value)
            }
            for text in [String(Whole.max) + "0", Whole.isSigned ? String(Whole.min) + "0" : "-1", "0.5"] {
                #expect(throws: DecodingError.self) { try decodeJSON(type, from: parseJSON(text)) }
            }
        }
        try check(Int.self)
        try check(Int8.self)
        try check(Int16.self)
        try check(Int32.self)
        try check(Int64.self)
        try check(Int128.self)
        try check(UInt.self)
        try check(UInt8.self)
        try check(UInt16.self)
        try check(UInt32.self)
        try check(UInt64.self)
        try check(UInt128.self)
    }

    /// The text, what reads it, and the error's kind, path and words.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let read: @Sendable (JSONValue) throws -> Void
        let expected: String
        var testDescription: String { text }
        init<Value: Decodable & SendableMetatype>(_ type: Value.Type, _ text: String, _ expected: String) {
            self.text = text
            self.expected = expected
            read = { _ = try decodeJSON(Value.self, from: $0) }
        }
    }
    static let refusals = [
        Refusal(Outer.self, "1", "typeMismatch at : Expected Dictionary<String, JSONValue> but found a number."),
        Refusal(Outer.self, "null", "valueNotFound at : Expected Dictionary<String, JSONValue> but found null."),
        Refusal(Outer.self, "{}", #"keyNotFound inner at : No member named "inner"."#),
        Refusal(Outer.self, #"{"inner":{}}"#, #"keyNotFound n at inner: No member named "n"."#),
        Refusal(Outer.self, #"{"inner":{"n":null}}"#, "valueNotFound at inner.n: Expected Int but found null."),
        Refusal(Outer.self, #"{"inner":{"n":"1"}}"#, "typeMismatch at inner.n: Expected Int but found a string."),
        Refusal(
            Outer.self, #"{"inner":{"n":1.5}}"#,
            "dataCorrupted at inner.n: The number 1.5 is no whole number that fits Int."),
        Refusal(
            Outer.self, #"{"inner":{"n":1},"list":[{"n":1},{"n":true}]}"#,
            "typeMismatch at list.Index 1.n: Expected Int but found a boolean."),
        Refusal(
            Outer.self, #"{"inner":{"n":1},"list":{}}"#,
            "typeMismatch at list: Expected Array<JSONValue> but found an object."),
        Refusal(
            Outer.self, #"{"inner":{"n":1},"list":[],"named":{"x":[]}}"#,
            "typeMismatch at named.x: Expected Dictionary<String, JSONValue> but found an array."),
        Refusal(
            Outer.self, #"{"inner":{"n":1},"list":[],"named":{},"choice":"milk"}"#,
            "dataCorrupted at choice: Cannot initialize Choice from invalid String value milk"),
        Refusal(
            [Int8].self, "[127,128]", "dataCorrupted at Index 1: The number 128 is no whole number that fits Int8."),
        Refusal([Double].self, "[1,1e309]", "dataCorrupted at Index 1: The number 1e309 does not fit Double."),
        Refusal([Float].self, "[1e39]", "dataCorrupted at Index 0: The number 1e39 does not fit Float."),
        Refusal([Double].self, #"["1"]"#, "typeMismatch at Index 0: Expected Double but found a string."),
        Refusal([String].self, "[1]", "typeMismatch at Index 0: Expected String but found a number."),
        Refusal([Bool].self, "[0]", "typeMismatch at Index 0: Expected Bool but found a number."),
        Refusal([String: Int].self, #"{"a":{}}"#, "typeMismatch at a: Expected Int but found an object."),
        Refusal(String.self, "null", "valueNotFound at : Expected String but found null."),
        Refusal(Pair.self, "[1]", "valueNotFound at Index 1: The array has no more elements."),
    ]
    struct Pair: Decodable {
        init(from decoder: any Decoder) throws {
            var elements = try decoder.unkeyedContainer()
            _ = (try elements.decode(Int.self), try elements.decode(Int.self))
        }
    }
    @Test(arguments: refusals) func `says where a text does not fit`(row: Refusal) throws {
        let value = try parseJSON(row.text)
        let error = #expect(throws: DecodingError.self) { try row.read(value) }
        #expect(error.map(Self.summary) == row.expected)
    }

    static func summary(_ error: DecodingError) -> String {
        func at(_ kind: String, _ context: DecodingError.Context) -> String {
            "\(kind) at \(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
        }
        switch error {
        case .typeMismatch(_, let context): return at("typeMismatch", context)
        case .valueNotFound(_, let context): return at("valueNotFound", context)
        case .keyNotFound(let key, let context): return at("keyNotFound \(key.stringValue)", context)
        case .dataCorrupted(let context): return at("dataCorrupted", context)
        @unknown default: return "unknown"
        }
    }

    @Test func `passes syntax errors on`() {
        let error = #expect(throws: JSONSyntaxError.self) { try decodeJSON(Int.self, from: Array("{".utf8)) }
        #expect(error?.line == 1 && error?.column == 2 && error?.offset == 1)
    }
}
