/// The places to which a stream's records are dealt out by their keys: those of one key keep their order, others may
/// overtake one another.
package struct StreamLanes: Hashable, Sendable {
    package let count: Int

    /// - Parameter count: `ParallelizationFactor`, 1...10.
    package init(count: Int) { self.count = count }

    /// The same in every run, for what is kept of each lane.
    package func lane(ofKey key: [UInt8]) -> Int {
        // FNV-1a, 64 bits.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int((hash ^ hash >> 32) % UInt64(count))
    }
}
