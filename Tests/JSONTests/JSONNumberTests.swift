import JSON
import Testing

struct JSONNumberTests {
    static let wholes: [(String, Int?)] = [
        ("0", 0), ("-0", 0), ("7", 7), ("-7", -7), ("1.0", 1), ("1e2", 100), ("1E+2", 100), ("10e-1", 1),
        ("120e-1", 12),
        ("0.5e1", 5), ("1.5", nil), ("1e-1", nil), ("9223372036854775807", .max), ("9223372036854775808", nil),
        ("-9223372036854775808", .min), ("-9223372036854775809", nil), ("9223372036854775807.000", .max),
        ("92233720368547758070e-1", .max), ("-92233720368547758080E-1", .min), ("1e18", 1_000_000_000_000_000_000),
        ("1e19", nil), ("1e400", nil), ("1e-400", nil), ("0e999999999999999999999999", 0), ("0.0e-99", 0),
        ("1e99999999999999999999999", nil), ("10e-99999999999999999999999", nil),
        ("1000000000000000000000000000000000000000e-39", 1),
    ]
    @Test(arguments: wholes) func `gives the whole number that fits`(text: String, whole: Int?) throws {
        #expect(try #require(JSONNumber(text: text)).int == whole)
    }

    static let doubles: [(String, Double?)] = [
        ("0", 0), ("-0.0", -0.0), ("1.5e3", 1_500), ("1.7976931348623157e308", .greatestFiniteMagnitude),
        ("1e309", nil),
        ("-1e309", nil), ("1e-400", 0), ("0.1", 0.1), ("9007199254740993", 9_007_199_254_740_992),
    ]
    @Test(arguments: doubles) func `gives the nearest double`(text: String, double: Double?) throws {
        #expect(try #require(JSONNumber(text: text)).double == double)
    }

    @Test func `short decimals are read as exactly as by the standard library`() throws {
        var chance = SeededGenerator(seed: 3)
        for _ in 0..<5_000 {
            let digits = String(UInt64.random(in: 0..<10_000_000_000_000_000, using: &chance))
            var text = String(digits.prefix(Int.random(in: 1...digits.count, using: &chance)))
            if Bool.random(using: &chance) {
                let fraction = Int.random(in: 0..<17, using: &chance)
                text += "." + String(repeating: "0", count: fraction) + digits.suffix(3)
            }
            if text.hasPrefix("0"), !text.hasPrefix("0."), text != "0" { continue }
            if Bool.random(using: &chance) { text = "-" + text }
            #expect(try #require(JSONNumber(text: text)).double?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test(arguments: ["", "-", "01", "1.", ".1", "1e", "+1", "1 ", " 1", "NaN", "1,0", "0x1", "1\n", "١"])
    func `takes no text that is no number`(text: String) { #expect(JSONNumber(text: text) == nil) }

    @Test func `keeps every digit`() throws {
        let digits = "0.12345678901234567890123456789012345678E-90"
        #expect(try parseJSON(digits).number?.text == digits)
        #expect(try parseJSON("[\(digits)]").compactText == "[\(digits)]")
    }
}
