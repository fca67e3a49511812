import Routing
import Synchronization
package import Time

/// Makes request ids and trace ids: random ones, or the same ones in every run of a replay.
package final class IdentifierSource: Sendable {
    private let generator: Mutex<SeededRandom>
    /// Of its own: how many requests a table gets in between must not change what functions see of the gateway.
    private let gatewayGenerator: Mutex<SeededRandom>

    package convenience init() { self.init(seed: .random(in: .min ... .max)) }

    /// The same seed gives the same ids in the same order, those of the gateway for themselves.
    package init(seed: UInt64) {
        generator = Mutex(SeededRandom(state: seed))
        gatewayGenerator = Mutex(SeededRandom(state: ~seed))
    }

    private func next() -> UInt64 { generator.withLock { $0.next() } }
    private func nextOfGateway() -> UInt64 { gatewayGenerator.withLock { $0.next() } }

    /// A version 4 UUID in lower case, such as Lambda's request ids.
    package func requestID() -> String {
        let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for (word, shift) in Self.nibbles(high, low) {
                if [8, 13, 18, 23].contains(position) {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = Self.hexDigits[Int(word >> shift & 0xF)]
                position += 1
            }
            return position
        }
    }

    /// 52 digits and capitals, as DynamoDB writes its request ids.
    package func dynamoDBRequestID() -> String {
        String(unsafeUninitializedCapacity: 52) { text in
            // Ten digits of base 32 are 50 of a word's bits.
            for start in stride(from: 0, to: 52, by: 10) {
                var word = next()
                for position in start..<min(start + 10, 52) {
                    text[position] = Self.base32Digits[Int(word & 31)]
                    word >>= 5
                }
            }
            return 52
        }
    }

    /// 15 characters of base64url and an equals sign, as API Gateway writes its request ids: `nOVHSztQncWq6n8=`.
    package func gatewayRequestID() -> String {
        String(unsafeUninitializedCapacity: 16) { text in
            // 88 bits: six are left for the last character, of which two are always 0.
            var word = nextOfGateway()
            for position in 0..<10 {
                text[position] = Self.base64Digits[Int(word & 63)]
                word >>= 6
            }
            word = nextOfGateway()
            for position in 10..<15 {
                text[position] = Self.base64Digits[Int(word & (position == 14 ? 60 : 63))]
                word >>= 6
            }
            text[15] = UInt8(ascii: "=")
            return 16
        }
    }

    private static let base64Digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let base32Digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUV".utf8)

    /// - Note: Source: AWS X-Ray Developer Guide, "Tracing header".
    package func traceID(at time: Timestamp) -> String {
        let seconds = Self.hex(UInt64(bitPattern: time.secondsRoundedDown), digits: 8)
        return "Root=1-\(seconds)-\(Self.hex(next(), digits: 16))\(Self.hex(next(), digits: 8));Sampled=0"
    }

    /// 16 hexadecimal digits.
    package func token() -> String { Self.hex(next(), digits: 16) }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func nibbles(_ words: UInt64...) -> [(UInt64, UInt64)] {
        words.flatMap { word in stride(from: UInt64(60), through: 0, by: -4).map { (word, $0) } }
    }

    private static func hex(_ value: UInt64, digits: Int) -> String {
        String(unsafeUninitializedCapacity: digits) { text in
            for index in 0..<digits {
                text[index] = hexDigits[Int(value >> UInt64(4 * (digits - 1 - index)) & 0xF)]
            }
            return digits
        }
    }
}
