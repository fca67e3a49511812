extension String {
    /// For seeds: FNV-1a, 64 bits. Swift's own hashes differ from run to run.
    var stableHash: UInt64 { utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
