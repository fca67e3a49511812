/// A half-open range of row keys.
struct KeyRange: Sendable {
    var lower: [UInt8]
    var upper: [UInt8]

    init(lower: [UInt8], upper: [UInt8]) {
        self.lower = lower
        self.upper = upper
    }

    /// Every key that begins with `prefix`.
    init(prefix: [UInt8]) { self.init(lower: prefix, upper: prefix.successorOfPrefix) }

    var isEmpty: Bool { !lower.lexicographicallyPrecedes(upper) }

    /// What is left after `key` in the direction of travel.
    mutating func skip(through key: [UInt8], forward: Bool) {
        if forward {
            let next = key + [0]
            if lower.lexicographicallyPrecedes(next) { lower = next }
        } else if key.lexicographicallyPrecedes(upper) {
            upper = key
        }
    }

    /// Segment `index` of `count` equal ones of the hashes. The segments are disjoint and cover every row.
    init(segment index: Int, of count: Int) {
        let bounds = [index, index + 1].map { UInt64($0) << 32 / UInt64(count) }
        func bytes(_ hash: UInt64) -> [UInt8] {
            // Past the last hash: no row begins with a length of 65,535.
            guard hash <= UInt64(UInt32.max) else { return [255, 255, 255, 255, 255, 255] }
            return (0..<4).map { UInt8(truncatingIfNeeded: hash >> (24 - 8 * UInt64($0))) }
        }
        self.init(lower: bytes(bounds[0]), upper: bytes(bounds[1]))
    }
}

extension [UInt8] {
    /// The least string above all that begin with this one. A row key has a byte below 255 (its length's), so there is
    /// one.
    var successorOfPrefix: [UInt8] {
        var bytes = self
        while let last = bytes.popLast() {
            if last < 0xFF { return bytes + [last + 1] }
        }
        return bytes
    }
}
