import Items
import Testing

private let nines38 = String(repeating: "9", count: 38)
private let zeros125 = String(repeating: "0", count: 125)

struct ItemNumberTests {
    struct Reading: Sendable, CustomTestStringConvertible {
        let text: String
        /// The canonical text, or the error.
        let expected: Result<String, ItemNumberError>
        var testDescription: String { text }
        init(_ text: String, _ canonical: String) { (self.text, expected) = (text, .success(canonical)) }
        init(_ text: String, _ error: ItemNumberError) { (self.text, expected) = (text, .failure(error)) }
    }

    static let readings = [
        Reading("0", "0"), Reading("-0", "0"), Reading("0.000", "0"), Reading("0e500", "0"), Reading("000", "0"),
        Reading("1", "1"), Reading("+1", "1"), Reading("-1", "-1"), Reading("1.0", "1"), Reading("100e-2", "1"),
        Reading("01", "1"), Reading("1.", "1"), Reading(".5", "0.5"), Reading("-.5", "-0.5"), Reading("0.50", "0.5"),
        Reading("1e3", "1000"), Reading("1E+3", "1000"), Reading("12e-4", "0.0012"), Reading("123.4500", "123.45"),
        Reading("1e-7", "0.0000001"), Reading("9223372036854775807", "9223372036854775807"),
        Reading(nines38, nines38), Reading("-" + nines38, "-" + nines38),
        Reading(nines38 + "0", nines38 + "0"), Reading(nines38 + "9", .tooManyDigits),
        Reading("1" + String(repeating: "0", count: 37) + "1", .tooManyDigits),
        Reading("0.000" + nines38, "0.000" + nines38), Reading("0.1" + nines38, .tooManyDigits),
        Reading("1" + zeros125, "1" + zeros125), Reading("1E125", "1" + zeros125), Reading("1E126", .overflow),
        Reading("10" + zeros125, .overflow), Reading("-1E126", .overflow),
        Reading("9.9999999999999999999999999999999999999E125", nines38 + String(repeating: "0", count: 88)),
        Reading("1E-130", "0." + String(repeating: "0", count: 129) + "1"), Reading("1E-131", .underflow),
        Reading("0.9E-130", .underflow), Reading("10E-131", "0." + String(repeating: "0", count: 129) + "1"),
        Reading("1.5E-130", "0." + String(repeating: "0", count: 129) + "15"),
        Reading("1e99999999999999999999", .overflow), Reading("1e-99999999999999999999", .underflow),
        Reading("", .malformed), Reading("-", .malformed), Reading("+", .malformed), Reading(".", .malformed),
        Reading("e1", .malformed), Reading("1e", .malformed), Reading("1e+", .malformed), Reading("1e1.5", .malformed),
        Reading("1.2.3", .malformed), Reading("--1", .malformed), Reading(" 1", .malformed), Reading("1 ", .malformed),
        Reading("0x10", .malformed), Reading("NaN", .malformed), Reading("Infinity", .malformed),
        Reading("1,5", .malformed), Reading("١", .malformed), Reading("1_000", .malformed),
    ]

    @Test(arguments: readings) func `reads a text into its canonical one`(row: Reading) {
        let result: Result<String, ItemNumberError>
        do throws(ItemNumberError) { result = .success(try ItemNumber(row.text).description) } catch {
            result = .failure(error)
        }
        #expect(result == row.expected)
    }

    static let wholes: [(String, Int?)] = [
        ("0", 0), ("-5", -5), ("1200", 1200), ("1.5", nil), ("9223372036854775807", .max),
        ("9223372036854775808", nil), ("-9223372036854775808", .min), ("-9223372036854775809", nil),
        ("1E18", 1_000_000_000_000_000_000), ("1E19", nil), ("1E125", nil), (nines38 + "00000", nil),
        ("18446744073709551615E18", nil), ("1E-1", nil),
    ]
    @Test(arguments: wholes) func `gives the whole number that fits`(text: String, whole: Int?) throws {
        #expect(try ItemNumber(text).integer == whole)
        if let whole { #expect(ItemNumber(whole) == (try ItemNumber(text))) }
    }

    /// Each less than the next.
    static let ascending = [
        "-9.9E125", "-1E125", "-12345678901234567890123456789012345678", "-1001", "-1000.5", "-1000", "-1", "-0.5",
        "-1E-129", "-1E-130", "0", "1E-130", "1.1E-130", "2E-130", "1E-129", "0.1", "0.11", "0.2", "1", "1.5", "2",
        "9", "10", "10.000000000000000000000000000000000001", "11", "99", "100", nines38, "1E38", "1E125",
    ]
    @Test func `orders by value`() throws {
        let numbers = try Self.ascending.map { try ItemNumber($0) }
        for (place, number) in numbers.enumerated() {
            for (otherPlace, other) in numbers.enumerated() {
                #expect((number < other) == (place < otherPlace), "\(number) and \(other)")
                #expect((number == other) == (place == otherPlace), "\(number) and \(other)")
            }
        }
    }

    static let sums: [(String, String, Result<String, ItemNumberError>)] = [
        ("1", "2", .success("3")), ("0.1", "0.2", .success("0.3")), ("1", "-1", .success("0")),
        ("0", "1E-130", .success("0." + String(repeating: "0", count: 129) + "1")), ("-1", "-2.5", .success("-3.5")),
        ("1", "-2.5", .success("-1.5")), ("999", "1", .success("1000")), ("5E125", "4E125", .success("9" + zeros125)),
        ("5E125", "5E125", .failure(.overflow)), ("-5E125", "-5E125", .failure(.overflow)),
        ("1E38", "-1", .success(nines38)), ("1E38", "1", .failure(.tooManyDigits)),
        (nines38, "1", .success("1" + String(repeating: "0", count: 38))), (nines38, "2", .failure(.tooManyDigits)),
        (nines38, nines38, .failure(.tooManyDigits)), ("9E38", "-1", .failure(.tooManyDigits)),
        ("1E37", "0.1", .failure(.tooManyDigits)),
        ("1E37", "1", .success("1" + String(repeating: "0", count: 36) + "1")),
        ("1E125", "1E-130", .failure(.tooManyDigits)), ("1E125", "-1E-130", .failure(.tooManyDigits)),
        ("1.5E-130", "-1.4E-130", .failure(.underflow)),
    ]
    @Test(arguments: sums) func `adds exactly or not at all`(
        a: String, b: String, expected: Result<String, ItemNumberError>
    ) throws {
        for (left, right) in [(a, b), (b, a)] {
            let (left, right) = (try ItemNumber(left), try ItemNumber(right))
            let result: Result<String, ItemNumberError>
            do throws(ItemNumberError) { result = .success(try left.adding(right).description) } catch {
                result = .failure(error)
            }
            #expect(result == expected)
        }
    }

    @Test func `sums agree with whole numbers`() throws {
        var chance = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let (a, b) = (
                Int.random(in: -1_000_000_000...1_000_000_000, using: &chance),
                Int.random(in: -1_000...1_000, using: &chance)
            )
            #expect(try ItemNumber(a).adding(ItemNumber(b)) == ItemNumber(a + b))
            #expect(try ItemNumber(a).subtracting(ItemNumber(b)) == ItemNumber(a - b))
            #expect((ItemNumber(a) < ItemNumber(b)) == (a < b))
        }
    }
}

/// The same numbers from the same seed in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
