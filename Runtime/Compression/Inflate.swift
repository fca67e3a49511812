/// Undoes DEFLATE.
///
/// - Note: Source: RFC 1951.
package struct Inflater {
    private let input: [UInt8]
    package private(set) var position: Int
    private var bits: UInt32 = 0
    private var bitCount: UInt32 = 0
    package private(set) var output: [UInt8] = []
    /// Bytes given out at most.
    private let sizeBytesMax: Int

    /// - Parameter position: where in `input` the data begins.
    package init(_ input: [UInt8], from position: Int, sizeBytesMax: Int) {
        self.input = input
        self.position = position
        self.sizeBytesMax = sizeBytesMax
    }

    /// Inflates up to the end of the data; ``position`` is after it then.
    package mutating func run() throws(CompressionError) {
        var isLast = false
        repeat {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try copyStored()
            case 1: try inflate(Self.fixedLiterals, Self.fixedDistances)
            case 2:
                let (literals, distances) = try dynamicCodes()
                try inflate(literals, distances)
            default: throw .malformed
            }
        } while !isLast
    }

    private mutating func take(_ count: UInt32) throws(CompressionError) -> Int {
        while bitCount < count {
            guard position < input.count else { throw .malformed }
            bits |= UInt32(input[position]) << bitCount
            position += 1
            bitCount += 8
        }
        let value = bits & (1 << count - 1)
        bits >>= count
        bitCount -= count
        return Int(value)
    }

    private mutating func append(_ byte: UInt8) throws(CompressionError) {
        guard output.count < sizeBytesMax else { throw .tooLarge }
        output.append(byte)
    }

    private mutating func copyStored() throws(CompressionError) {
        bits = 0
        bitCount = 0
        guard position + 4 <= input.count else { throw .malformed }
        let length = Int(input[position]) | Int(input[position + 1]) << 8
        let complement = Int(input[position + 2]) | Int(input[position + 3]) << 8
        position += 4
        guard length == ~complement & 0xFFFF, position + length <= input.count else { throw .malformed }
        guard output.count + length <= sizeBytesMax else { throw .tooLarge }
        output += input[position..<position + length]
        position += length
    }

    /// A canonical Huffman code: how many codes there are of each length, and the symbols in the order of their codes.
    private struct Code {
        static let lengthMax = 15
        var counts = [Int](repeating: 0, count: lengthMax + 1)
        var symbols: [Int]

        init(lengths: [Int]) throws(CompressionError) {
            symbols = [Int](repeating: 0, count: lengths.count)
            for length in lengths { counts[length] += 1 }
            var left = 1
            for length in 1...Self.lengthMax {
                left = left << 1 - counts[length]
                guard left >= 0 else { throw .malformed }
            }
            var offsets = [Int](repeating: 0, count: Self.lengthMax + 2)
            for length in 1...Self.lengthMax { offsets[length + 1] = offsets[length] + counts[length] }
            for (symbol, length) in lengths.enumerated() where length > 0 {
                symbols[offsets[length]] = symbol
                offsets[length] += 1
            }
        }
    }

    private mutating func symbol(_ code: Code) throws(CompressionError) -> Int {
        var (value, first, index) = (0, 0, 0)
        for length in 1...Code.lengthMax {
            value |= try take(1)
            let count = code.counts[length]
            if value - count < first { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw .malformed
    }

    private mutating func inflate(_ literals: Code, _ distances: Code) throws(CompressionError) {
        while true {
            let symbol = try symbol(literals)
            if symbol < 256 {
                try append(UInt8(symbol))
            } else if symbol == 256 {
                return
            } else {
                guard symbol - 257 < Self.lengthBases.count else { throw .malformed }
                let length = Self.lengthBases[symbol - 257] + (try take(Self.lengthExtras[symbol - 257]))
                let place = try self.symbol(distances)
                guard place < Self.distanceBases.count else { throw .malformed }
                let distance = Self.distanceBases[place] + (try take(Self.distanceExtras[place]))
                guard distance <= output.count else { throw .malformed }
                for _ in 0..<length { try append(output[output.count - distance]) }
            }
        }
    }

    private mutating func dynamicCodes() throws(CompressionError) -> (Code, Code) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<lengthCount { lengths[Self.lengthOrder[index]] = try take(3) }
        let code = try Code(lengths: lengths)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            switch try symbol(code) {
            case 16:
                guard let last = all.last else { throw .malformed }
                all += [Int](repeating: last, count: try take(2) + 3)
            case 17: all += [Int](repeating: 0, count: try take(3) + 3)
            case 18: all += [Int](repeating: 0, count: try take(7) + 11)
            case let length: all.append(length)
            }
        }
        guard all.count == literalCount + distanceCount, all[256] > 0 else { throw .malformed }
        return (try Code(lengths: Array(all[..<literalCount])), try Code(lengths: Array(all[literalCount...])))
    }

    static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    private static let lengthBases = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ]
    private static let lengthExtras: [UInt32] = [
        0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
    ]
    private static let distanceBases = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1_025, 1_537, 2_049, 3_073,
        4_097,
        6_145, 8_193, 12_289, 16_385, 24_577,
    ]
    private static let distanceExtras: [UInt32] = [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ]
    private static let fixedLiterals = fixed((0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
    private static let fixedDistances = fixed([Int](repeating: 5, count: 30))

    private static func fixed(_ lengths: [Int]) -> Code {
        do { return try Code(lengths: lengths) } catch { preconditionFailure("the fixed codes are codes") }
    }
}

/// Why compressed bytes can't be read.
package enum CompressionError: Error, Hashable, Sendable {
    case malformed
    case tooLarge
}
