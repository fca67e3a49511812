import Items

extension SeededGenerator {
    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func string(_ lengthMax: Int = 12) -> String {
        let alphabet: [Character] = ["a", "b", "z", "\0", "\u{1}", "\"", "\\", "\n", "é", "ÿ", "日", "🐟", " ", "\u{7f}"]
        return String((0..<below(lengthMax + 1)).map { _ in alphabet[below(alphabet.count)] })
    }

    mutating func bytes(_ lengthMax: Int = 12) -> [UInt8] {
        (0..<below(lengthMax + 1)).map { _ in [0, 1, 0x7F, 0x80, 0xFE, 0xFF][below(6)] }
    }

    /// Of every size and sign; the bounds and zero among them.
    mutating func number() -> ItemNumber {
        switch below(6) {
        case 0: return ItemNumber(below(41) - 20)
        case 1: return ItemNumber(Int(truncatingIfNeeded: next()))
        default:
            let digits = (0..<below(37) + 1).map { _ in String(below(10)) }.joined()
            let text = "\(Bool.random(using: &self) ? "-" : "")\(digits)e\(below(250) - 150)"
            // Past the bounds there is no such number: the bounds themselves are worth more tries.
            return (try? ItemNumber(text)) ?? (try? ItemNumber(below(2) == 0 ? "1e-130" : "-9.9e125")) ?? ItemNumber(0)
        }
    }

    mutating func value(depth: Int = 3) -> AttributeValue {
        switch below(depth == 0 ? 8 : 10) {
        case 0: .string(string(40))
        case 1: .number(number())
        case 2: .binary(bytes())
        case 3: .bool(Bool.random(using: &self))
        case 4: .null
        case 5: .stringSet(Array(Set((0...below(3)).map { _ in string() })))
        case 6: .numberSet(Array(Set((0...below(3)).map { _ in number() })))
        case 7: .binarySet(Array(Set((0...below(3)).map { _ in bytes() })))
        case 8: .list((0..<below(4)).map { _ in value(depth: depth - 1) })
        default: .map(attributes(below(4), depth: depth - 1))
        }
    }

    mutating func attributes(_ count: Int, depth: Int = 3) -> AttributeMap {
        var attributes = AttributeMap()
        for index in 0..<count { attributes["\(string(4))\(index)"] = value(depth: depth) }
        return attributes
    }
}
