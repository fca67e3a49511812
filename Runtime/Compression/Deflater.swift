/// Makes DEFLATE of bytes: repetitions within the last 32 KiB, in blocks that each have Huffman codes of their own.
///
/// - Note: Source: RFC 1951.
package struct Deflater {
    private static let windowSize = 32_768
    private static let hashBits: UInt32 = 15
    private static let matchLengths = 3...258
    /// Earlier places that are tried for the longest repetition.
    private static let attemptsMax = 32
    /// Three letters cost less than so great a distance.
    private static let distanceOfShortestMax = 4_096
    /// After so many a block ends: its codes fit what it holds, and it bounds the memory.
    private static let tokensPerBlockMax = 16_384

    private enum Token {
        case literal(UInt8)
        case match(length: Int, distance: Int)
    }

    private var output = BitWriter()
    private var tokens: [Token] = []
    /// The latest place of each hash of three bytes, and before each place the one with the same hash.
    private var latest = [Int](repeating: -1, count: 1 << hashBits)
    private var earlier = [Int](repeating: -1, count: windowSize)

    package static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = Deflater()
        bytes.withUnsafeBufferPointer { deflater.run($0) }
        return deflater.output.bytes
    }

    private mutating func run(_ input: UnsafeBufferPointer<UInt8>) {
        var position = 0
        while position < input.count {
            var step = 1
            if let match = longestMatch(input, at: position) {
                tokens.append(.match(length: match.length, distance: match.distance))
                step = match.length
            } else {
                tokens.append(.literal(input[position]))
            }
            for place in position..<position + step { remember(input, place) }
            position += step
            if tokens.count == Self.tokensPerBlockMax { writeBlock(isLast: false) }
        }
        writeBlock(isLast: true)
        output.finish()
    }

    // MARK: Repetitions

    private static func hash(_ input: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int {
        let three = UInt32(input[place]) | UInt32(input[place + 1]) << 8 | UInt32(input[place + 2]) << 16
        return Int((three &* 0x9E37_79B1) >> (32 - hashBits))
    }

    private mutating func remember(_ input: UnsafeBufferPointer<UInt8>, _ place: Int) {
        guard place + Self.matchLengths.lowerBound <= input.count else { return }
        let hash = Self.hash(input, place)
        earlier[place % Self.windowSize] = latest[hash]
        latest[hash] = place
    }

    private func longestMatch(
        _ input: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> (length: Int, distance: Int)? {
        let lengthMax = min(Self.matchLengths.upperBound, input.count - position)
        guard lengthMax >= Self.matchLengths.lowerBound else { return nil }
        var best = (length: Self.matchLengths.lowerBound - 1, distance: 0)
        var place = latest[Self.hash(input, position)]
        var attempts = Self.attemptsMax
        while place >= 0, position - place <= Self.windowSize, attempts > 0, best.length < lengthMax {
            attempts -= 1
            // Nothing can be longer that differs where the best so far ends.
            if input[place + best.length] == input[position + best.length] {
                var length = 0
                while length < lengthMax, input[place + length] == input[position + length] { length += 1 }
                if length > best.length { best = (length, position - place) }
            }
            place = earlier[place % Self.windowSize]
        }
        let isWorth = best.length > Self.matchLengths.lowerBound || best.distance <= Self.distanceOfShortestMax
        return best.distance > 0 && isWorth ? best : nil
    }

    // MARK: Blocks

    /// What stands for a length or a distance: a symbol, and which of those that share it.
    private struct Coded {
        var symbol: Int
        var extra: UInt64 = 0
        var extraBits = 0

        init(length: Int) {
            let value = length - 3
            guard value >= 8, length < 258 else {
                symbol = length == 258 ? 285 : 257 + value
                return
            }
            let power = Int.bitWidth - 1 - value.leadingZeroBitCount
            extraBits = power - 2
            symbol = 257 + 4 * (power - 1) + value >> extraBits & 3
            extra = UInt64(value & (1 << extraBits - 1))
        }

        init(distance: Int) {
            let value = distance - 1
            guard value >= 4 else {
                symbol = value
                return
            }
            let power = Int.bitWidth - 1 - value.leadingZeroBitCount
            extraBits = power - 1
            symbol = 2 * power + value >> extraBits & 1
            extra = UInt64(value & (1 << extraBits - 1))
        }
    }

    private static let endOfBlock = 256

    private mutating func writeBlock(isLast: Bool) {
        var literalCounts = [Int](repeating: 0, count: 286)
        var distanceCounts = [Int](repeating: 0, count: 30)
        literalCounts[Self.endOfBlock] = 1
        for token in tokens {
            switch token {
            case .literal(let byte): literalCounts[Int(byte)] += 1
            case .match(let length, let distance):
                literalCounts[Coded(length: length).symbol] += 1
                distanceCounts[Coded(distance: distance).symbol] += 1
            }
        }
        let literals = HuffmanCode(frequencies: literalCounts, lengthMax: 15)
        let distances = HuffmanCode(frequencies: distanceCounts, lengthMax: 15)
        output.write(isLast ? 1 : 0, count: 1)
        output.write(2, count: 2)
        writeCodes(literals, distances)
        for token in tokens {
            switch token {
            case .literal(let byte): literals.write(Int(byte), to: &output)
            case .match(let length, let distance):
                write(Coded(length: length), literals)
                write(Coded(distance: distance), distances)
            }
        }
        literals.write(Self.endOfBlock, to: &output)
        tokens.removeAll(keepingCapacity: true)
    }

    private mutating func write(_ coded: Coded, _ code: HuffmanCode) {
        code.write(coded.symbol, to: &output)
        output.write(coded.extra, count: coded.extraBits)
    }

    /// The two codes' lengths, themselves in a Huffman code; of repeated lengths only the zeros are drawn together.
    private mutating func writeCodes(_ literals: HuffmanCode, _ distances: HuffmanCode) {
        let literalLengths = literals.lengths[...(literals.lengths.lastIndex { $0 > 0 } ?? 0)]
        let distanceLengths = distances.lengths[...(distances.lengths.lastIndex { $0 > 0 } ?? 0)]
        let steps = Self.steps(Array(literalLengths) + Array(distanceLengths))
        var counts = [Int](repeating: 0, count: 19)
        for step in steps { counts[step.symbol] += 1 }
        let code = HuffmanCode(frequencies: counts, lengthMax: 7)
        let order = Inflater.lengthOrder
        let orderCount = (order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1
        output.write(UInt64(literalLengths.count - 257), count: 5)
        output.write(UInt64(distanceLengths.count - 1), count: 5)
        output.write(UInt64(max(orderCount, 4) - 4), count: 4)
        for symbol in order.prefix(max(orderCount, 4)) { output.write(UInt64(code.lengths[symbol]), count: 3) }
        for step in steps {
            code.write(step.symbol, to: &output)
            output.write(UInt64(step.extra), count: step.extraBits)
        }
    }

    private static func steps(_ lengths: [Int]) -> [(symbol: Int, extra: Int, extraBits: Int)] {
        var steps: [(symbol: Int, extra: Int, extraBits: Int)] = []
        var position = 0
        while position < lengths.count {
            let zeros = min(lengths[position...].prefix { $0 == 0 }.count, 138)
            switch zeros {
            case 11...: steps.append((18, zeros - 11, 7))
            case 3...: steps.append((17, zeros - 3, 3))
            default: steps.append((lengths[position], 0, 0))
            }
            position += zeros < 3 ? 1 : zeros
        }
        return steps
    }
}
