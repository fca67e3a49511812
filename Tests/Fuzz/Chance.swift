/// Choices that repeat with their seed (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

extension Chance {
    /// Bytes that break parsers: borders of UTF-8, quotes, brackets, digits.
    private static let nasty: [[UInt8]] =
        [
            [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xEF, 0xBB, 0xBF],
        ]
        + [
            "\"", "\\", "\\u", "\\ud800", "\\u0000", "{", "}", "[", "]", ",", ":", "null", "true", "-0", "1e400", "-",
            ".",
            "99999999999999999999999999999999999999999", "1e-131", "9223372036854775808", "#", "(", ")", " AND ", "=",
            "\r\n",
        ].map { Array($0.utf8) }

    /// One to four small changes; a few of them make the input much longer.
    mutating func mutated(_ original: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<(1 + below(4)) {
            let place = below(bytes.count + 1)
            let end = min(bytes.count, place + 1 + below(oneIn(4) ? 64 : 4))
            switch below(8) {
            case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
            case 1 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.insert(contentsOf: pick(Self.nasty), at: place)
            case 5: bytes.removeSubrange(place...)
            case 6 where !other.isEmpty:
                let start = below(other.count)
                bytes.replaceSubrange(place..<end, with: other[start..<min(other.count, start + 1 + below(32))])
            case 7 where oneIn(16):
                let part = Array(bytes[place..<end])
                for _ in 0..<below(600) { bytes.insert(contentsOf: part, at: place) }
            default: bytes.insert(UInt8(truncatingIfNeeded: next()), at: place)
            }
        }
        return bytes
    }
}
