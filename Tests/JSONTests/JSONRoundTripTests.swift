import JSON
import Testing

struct JSONRoundTripTests {
    @Test(arguments: 1...20) func `random values read back as they were written`(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let value = randomValue(&chance, depth: 0)
            #expect(try parseJSON(value.compactBytes) == value)
            #expect(try parseJSON(value.prettyText) == value)
            #expect(try parseJSON(value.compactBytes).compactBytes == value.compactBytes)
        }
    }

    /// Whatever one byte is changed to, the reader answers, and what it accepts it can write.
    @Test(arguments: 1...20) func `damaged texts are read or refused`(seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var bytes = randomValue(&chance, depth: 0).compactBytes
            for _ in 0..<Int.random(in: 1...3, using: &chance) {
                bytes[Int.random(in: 0..<bytes.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
            }
            guard let value = try? parseJSON(bytes) else { continue }
            #expect(try parseJSON(value.compactBytes) == value)
        }
    }

    private func randomValue(_ chance: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 4 ? 9 : 6), using: &chance) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &chance))
        case 2: return .number(JSONNumber(Int(truncatingIfNeeded: chance.next())))
        case 3: return .number(JSONNumber(Double.random(in: -1e9...1e9, using: &chance))!)
        case 4, 5: return .string(randomText(&chance))
        case 6, 7:
            let count = Int.random(in: 0..<6, using: &chance)
            return .array((0..<count).map { _ in randomValue(&chance, depth: depth + 1) })
        default:
            let count = Int.random(in: 0..<20, using: &chance)
            return .object(
                JSONObject((0..<count).map { _ in (randomText(&chance), randomValue(&chance, depth: depth + 1)) }))
        }
    }

    private func randomText(_ chance: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<30, using: &chance) {
            let code: UInt32
            switch Int.random(in: 0..<8, using: &chance) {
            case 0: code = .random(in: 0..<0x20, using: &chance)
            case 1: code = .random(in: 0x80..<0x800, using: &chance)
            case 2: code = .random(in: 0x800..<0xD800, using: &chance)
            case 3: code = .random(in: 0xE000...0x10FFFF, using: &chance)
            case 4: code = [0x22, 0x5C, 0x2F, 0x7F].randomElement(using: &chance)!
            default: code = .random(in: 0x20..<0x7F, using: &chance)
            }
            text.unicodeScalars.append(Unicode.Scalar(code)!)
        }
        return text
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
