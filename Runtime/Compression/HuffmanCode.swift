/// A prefix code for symbols that occur so and so often, in the canonical form that DEFLATE transmits.
///
/// - Note: Source: RFC 1951, section 3.2.2.
struct HuffmanCode {
    /// Bits of each symbol's code; 0 for symbols that don't occur.
    let lengths: [Int]
    /// The codes themselves, turned round: DEFLATE sends a code from its first bit on, everything else from the lowest.
    private let codes: [UInt64]

    /// - Parameters:
    ///   - frequencies: how often each symbol occurs; two symbols or more.
    ///   - lengthMax: bits of a code at most; enough for as many symbols.
    init(frequencies: [Int], lengthMax: Int) {
        var weights = frequencies
        // Readers refuse a code in which bits are left over, so there are two symbols at least.
        for symbol in 0..<2 where weights.count(where: { $0 > 0 }) < 2 { weights[symbol] = max(1, weights[symbol]) }
        var lengths = Self.lengths(weights)
        while lengths.contains(where: { $0 > lengthMax }) {
            // Flatter weights, shorter codes: a little longer in all, and rarely needed.
            weights = weights.map { ($0 + 1) / 2 }
            lengths = Self.lengths(weights)
        }
        self.lengths = lengths
        codes = Self.codes(lengths)
    }

    func write(_ symbol: Int, to output: inout BitWriter) { output.write(codes[symbol], count: lengths[symbol]) }

    /// The depths of the leaves when the two lightest trees are joined until one is left.
    private static func lengths(_ frequencies: [Int]) -> [Int] {
        let leaves = frequencies.indices.filter { frequencies[$0] > 0 }.sorted {
            (frequencies[$0], $0) < (frequencies[$1], $1)
        }
        // Leaves first, then the joined trees, which come in order of their weight by themselves.
        var weights = leaves.map { frequencies[$0] }
        var parents = [Int](repeating: 0, count: 2 * leaves.count - 1)
        var nextLeaf = 0
        var nextTree = leaves.count
        for tree in leaves.count..<parents.count {
            var weight = 0
            for _ in 0..<2 {
                let takesLeaf =
                    nextLeaf < leaves.count && (nextTree == tree || weights[nextLeaf] <= weights[nextTree])
                let lightest = takesLeaf ? nextLeaf : nextTree
                if takesLeaf { nextLeaf += 1 } else { nextTree += 1 }
                weight += weights[lightest]
                parents[lightest] = tree
            }
            weights.append(weight)
        }
        var depths = [Int](repeating: 0, count: parents.count)
        for node in parents.indices.dropLast().reversed() { depths[node] = depths[parents[node]] + 1 }
        var lengths = [Int](repeating: 0, count: frequencies.count)
        for (leaf, symbol) in leaves.enumerated() { lengths[symbol] = depths[leaf] }
        return lengths
    }

    private static func codes(_ lengths: [Int]) -> [UInt64] {
        var codes = [UInt64](repeating: 0, count: lengths.count)
        var next: UInt64 = 0
        for length in 1...(lengths.max() ?? 1) {
            next <<= 1
            for (symbol, of) in lengths.enumerated() where of == length {
                codes[symbol] = (0..<UInt64(length)).reduce(0) { $0 << 1 | next >> $1 & 1 }
                next += 1
            }
        }
        return codes
    }
}

/// Bits in the order in which DEFLATE packs them: from the lowest of each byte on.
struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var bits: UInt64 = 0
    private var bitCount = 0

    /// - Parameter count: 0...32.
    mutating func write(_ value: UInt64, count: Int) {
        bits |= value << UInt64(bitCount)
        bitCount += count
        while bitCount >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }

    /// Fills up the last byte.
    mutating func finish() {
        if bitCount > 0 { write(0, count: 8 - bitCount) }
    }
}
