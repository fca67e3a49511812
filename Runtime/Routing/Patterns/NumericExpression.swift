import JSON

/// Reads what follows `numeric`: `["=", 5]`, `["<", 5]`, `[">", 0, "<=", 5]`, …
enum NumericExpression {
    static func test(_ value: JSONValue) throws(PatternFault) -> ValueTest {
        guard case .array(let terms) = value else { throw PatternFault("Value of numeric must be an array.") }
        guard case .string(let sign)? = terms.first else {
            throw PatternFault("Invalid member in numeric match: \(shown(terms.first))")
        }
        let tooMany = PatternFault("Too many elements in numeric expression")
        switch sign {
        case "=":
            let number = try number(terms, at: 1, of: "equals")
            guard terms.count == 2 else { throw tooMany }
            return .numeric(NumericRange(bottom: number, top: number))
        case "<", "<=":
            let top = try number(terms, at: 1, of: sign)
            guard terms.count == 2 else { throw tooMany }
            return .numeric(NumericRange(top: top, isTopOpen: sign == "<"))
        case ">", ">=":
            let bottom = try number(terms, at: 1, of: sign)
            var range = NumericRange(bottom: bottom, isBottomOpen: sign == ">")
            guard terms.count > 2 else { return .numeric(range) }
            guard case .string(let secondSign) = terms[2] else {
                throw PatternFault("Bad value in numeric range: \(shown(terms[2]))")
            }
            guard secondSign == "<" || secondSign == "<=" else {
                throw PatternFault("Bad numeric range operator: \(secondSign)")
            }
            range.top = try number(terms, at: 3, of: secondSign)
            range.isTopOpen = secondSign == "<"
            guard terms.count == 4 else { throw PatternFault("Too many terms in numeric range expression") }
            guard range.bottom < range.top else { throw PatternFault("Bottom must be less than top") }
            return .numeric(range)
        default: throw PatternFault("Unrecognized numeric range operator: \(sign)")
        }
    }

    private static func number(
        _ terms: [JSONValue], at index: Int, of sign: String
    ) throws(PatternFault) -> ComparableNumber {
        guard index < terms.count, case .number(let number) = terms[index] else {
            throw PatternFault("Value of \(sign) must be numeric")
        }
        return try ComparableNumber(checked: number)
    }

    /// A term as the parser of aws/event-ruler shows it: of an array and an object only its bracket.
    private static func shown(_ term: JSONValue?) -> String {
        switch term {
        case nil: "]"
        case .array?: "["
        case .object?: "{"
        case .string(let text)?: text
        case .some(let value): value.compactText
        }
    }
}

/// The numbers between two bounds.
struct NumericRange: Hashable, Sendable {
    var bottom = ComparableNumber.least
    var isBottomOpen = false
    var top = ComparableNumber.greatest
    var isTopOpen = false

    func contains(_ number: ComparableNumber) -> Bool {
        (isBottomOpen ? bottom < number : bottom <= number) && (isTopOpen ? number < top : number <= top)
    }
}

/// A number as patterns compare it: by value, to the sixth decimal, within five thousand million of zero.
///
/// - Note: Source: EventBridge User Guide, "Numeric matching": "between -5.0e9 and +5.0e9 inclusive, with 15 digits of
///   precision, or six digits to the right of the decimal point".
struct ComparableNumber: Hashable, Comparable, Sendable {
    private let millionths: Int64

    static let greatest = ComparableNumber(millionths: 5_000_000_000_000_000)
    static let least = ComparableNumber(millionths: -5_000_000_000_000_000)

    private init(millionths: Int64) { self.millionths = millionths }

    static func < (a: ComparableNumber, b: ComparableNumber) -> Bool { a.millionths < b.millionths }

    init(checked number: JSONNumber) throws(PatternFault) {
        guard let comparable = ComparableNumber(number) else {
            throw PatternFault("Value must be between -5.0E9 and 5.0E9, inclusive")
        }
        self = comparable
    }

    /// Nil for a number outside the range.
    init?(_ number: JSONNumber) {
        var digits: [UInt8] = []
        var (pointShift, exponent) = (0, 0)
        var (isFraction, isExponent, isExponentNegative) = (false, false, false)
        for byte in number.text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): isExponentNegative = isExponent
            case UInt8(ascii: "+"): break
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
            // Past this ceiling a number is 0 or out of range whatever its digits, of which a text has fewer.
            case _ where isExponent: exponent = min(exponent * 10 + Int(byte &- 0x30), 1 << 30)
            default:
                if byte != 0x30 || !digits.isEmpty { digits.append(byte &- 0x30) }
                if isFraction { pointShift -= 1 }
            }
        }
        // As many of the digits stand before the point of the number of millionths.
        let count = digits.count + pointShift + (isExponentNegative ? -exponent : exponent) + 6
        guard !digits.isEmpty, count > 0 else {
            millionths = 0
            return
        }
        guard count <= 16 else { return nil }
        var magnitude: Int64 = 0
        for index in 0..<count { magnitude = magnitude * 10 + (index < digits.count ? Int64(digits[index]) : 0) }
        millionths = number.text.utf8.first == UInt8(ascii: "-") ? -magnitude : magnitude
        guard Self.least <= self, self <= Self.greatest else { return nil }
    }
}
