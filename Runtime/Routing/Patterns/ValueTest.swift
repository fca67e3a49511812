import JSON

/// One value or operator of a pattern, asked of one leaf of an event: a string, a number, a boolean or null.
indirect enum ValueTest: Sendable {
    case null
    case bool(Bool)
    /// Equal bytes. No case or accent is folded.
    case string([UInt8])
    /// Equal by value, or by text where a number is outside the range that is compared.
    case exactNumber(JSONNumber, ComparableNumber?)
    case prefix([UInt8])
    case suffix([UInt8])
    /// The bytes of these three are of the small letters.
    case prefixIgnoringCase([UInt8])
    case suffixIgnoringCase([UInt8])
    case equalsIgnoringCase([UInt8])
    case wildcard(WildcardPattern)
    case numeric(NumericRange)
    case addresses(AddressRange)
    /// A string that is an address, in whatever spelling.
    case stringOrAddress([UInt8], AddressRange)
    case exists
    /// True of no leaf: that there is none is seen by ``PatternTree``.
    case absent
    /// None of them; null and values of another kind included.
    case anythingBut([ValueTest])

    static func text(_ text: String) -> ValueTest {
        guard let address = AddressRange(address: text) else { return .string(Array(text.utf8)) }
        return .stringOrAddress(Array(text.utf8), address)
    }

    static func number(_ number: JSONNumber) -> ValueTest { .exactNumber(number, ComparableNumber(number)) }

    var isAbsent: Bool { if case .absent = self { true } else { false } }

    /// - Parameter leaf: neither an object nor an array.
    func matches(_ leaf: JSONValue) -> Bool {
        switch self {
        case .exists: return true
        case .absent: return false
        case .anythingBut(let tests): return !tests.contains { $0.matches(leaf) }
        case .null: return leaf.isNull
        case .bool(let bool): return leaf.bool == bool
        case .exactNumber(let number, let comparable):
            guard case .number(let other) = leaf else { return false }
            return number == other || (comparable != nil && comparable == ComparableNumber(other))
        case .numeric(let range):
            guard case .number(let number) = leaf, let comparable = ComparableNumber(number) else { return false }
            return range.contains(comparable)
        default:
            guard case .string(let text) = leaf else { return false }
            return matches(text)
        }
    }

    private func matches(_ text: String) -> Bool {
        switch self {
        case .string(let bytes): text.utf8.elementsEqual(bytes)
        case .prefix(let bytes): text.utf8.starts(with: bytes)
        case .suffix(let bytes): text.utf8.count >= bytes.count && text.utf8.suffix(bytes.count).elementsEqual(bytes)
        case .equalsIgnoringCase(let bytes): text.lowercased().utf8.elementsEqual(bytes)
        case .prefixIgnoringCase(let bytes): ValueTest.prefix(bytes).matches(text.lowercased())
        case .suffixIgnoringCase(let bytes): ValueTest.suffix(bytes).matches(text.lowercased())
        case .wildcard(let pattern): pattern.matches(text)
        case .addresses(let range): range.contains(text)
        case .stringOrAddress(let bytes, let range): text.utf8.elementsEqual(bytes) || range.contains(text)
        default: false
        }
    }
}
