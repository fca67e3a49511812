import JSON
import Testing

struct JSONWriterTests {
    static let values: [(JSONValue, String)] = [
        (nil, "null"), (true, "true"), (false, "false"), (0, "0"), (-12, "-12"), (1.5, "1.5"), (3.0, "3"),
        ("", #""""#), ("a/b", #""a/b""#), ("\u{7F}é€𝄞", "\"\u{7F}é€𝄞\""), ([], "[]"), ([:], "{}"),
        ("\"\\\u{8}\u{c}\n\r\t", #""\"\\\b\f\n\r\t""#), ("\0\u{1}\u{1F}", #""\u0000\u0001\u001f""#),
        ([1, [2, []], "x"], #"[1,[2,[]],"x"]"#), (["b": 1, "a": ["c": nil]], #"{"b":1,"a":{"c":null}}"#),
        (["\"\n": 1], #"{"\"\n":1}"#),
    ]
    @Test(arguments: values) func `writes the shortest text`(value: JSONValue, text: String) throws {
        #expect(value.compactText == text)
        #expect(try parseJSON(text) == value)
    }

    @Test func `appends to what is there`() {
        var bytes = Array("x=".utf8)
        (["a": "b"] as JSONValue).write(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #"x={"a":"b"}"#)
    }

    @Test func `lays out a value for people`() {
        let value: JSONValue = ["b": [1, [:], []], "a": ["c": "d", "e": [nil]]]
        let expected = """
            {
              "b": [
                1,
                {},
                []
              ],
              "a": {
                "c": "d",
                "e": [
                  null
                ]
              }
            }
            """
        #expect(value.prettyText == expected)
    }

    static let doubles: [(Double, String?)] = [
        (0, "0"), (-0.0, "-0"), (1, "1"), (0.1, "0.1"), (1e21, "1e+21"), (1e-7, "1e-07"),
        (1.0 / 3, "0.3333333333333333"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
        (123_456_789_012_345_680, "1.2345678901234568e+17"), (.infinity, nil), (-.infinity, nil), (.nan, nil),
    ]
    @Test(arguments: doubles) func `writes finite doubles so that they read back`(value: Double, text: String?) throws {
        let number = JSONNumber(value)
        #expect(number?.text == text)
        guard let number else { return }
        #expect(number.double?.bitPattern == value.bitPattern)
        #expect(JSONNumber(text: number.text) == number)
    }

    @Test func `random doubles read back`() throws {
        var chance = SeededGenerator(seed: 11)
        for _ in 0..<5_000 {
            let value = Double(bitPattern: chance.next())
            guard value.isFinite else { continue }
            let text = try #require(JSONNumber(value)).text
            #expect(try parseJSON(text).double?.bitPattern == value.bitPattern)
        }
    }
}
