/// SHA-256, all at once or piece by piece.
///
/// - Note: Source: FIPS 180-4, sections 4.1.2, 5 and 6.2. Own code, as the usual packages bring Foundation into a
///   function's executable.
package struct SHA256: Sendable {
    package static let digestBytes = 32
    package static let blockBytes = 64

    private var state: State = .initial
    /// What does not fill a block yet: fewer than 64 bytes.
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    package init() {}

    /// The 32 bytes of the digest of `message`.
    package static func hash(_ message: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(message)
        return hash.finalize()
    }

    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var rest = bytes
        if !pending.isEmpty {
            let taken = min(Self.blockBytes - pending.count, rest.count)
            pending.append(contentsOf: rest[..<taken])
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
            guard pending.count == Self.blockBytes else { return }
            pending.withUnsafeBytes { state.compress($0) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count & ~(Self.blockBytes - 1)
        state.compress(UnsafeRawBufferPointer(rebasing: rest[..<whole]))
        pending.append(contentsOf: rest[whole...])
    }

    /// The digest of all that was given; the value may be kept and given more.
    package func finalize() -> [UInt8] {
        var state = state
        var tail = pending
        tail.append(0x80)
        let zeros = (Self.blockBytes * 2 - 8 - tail.count) % Self.blockBytes
        tail.append(contentsOf: repeatElement(0, count: zeros))
        withUnsafeBytes(of: (length &* 8).bigEndian) { tail.append(contentsOf: $0) }
        tail.withUnsafeBytes { state.compress($0) }
        return state.bytes
    }
}

/// The eight working words.
private struct State {
    var a: UInt32, b: UInt32, c: UInt32, d: UInt32, e: UInt32, f: UInt32, g: UInt32, h: UInt32

    /// The first 32 bits of the fractional parts of the square roots of the first eight primes.
    static let initial = State(
        a: 0x6a09_e667, b: 0xbb67_ae85, c: 0x3c6e_f372, d: 0xa54f_f53a,
        e: 0x510e_527f, f: 0x9b05_688c, g: 0x1f83_d9ab, h: 0x5be0_cd19)

    var bytes: [UInt8] {
        [a, b, c, d, e, f, g, h].flatMap { word in
            [
                UInt8(truncatingIfNeeded: word >> 24), UInt8(truncatingIfNeeded: word >> 16),
                UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word),
            ]
        }
    }

    /// - Parameter blocks: a whole number of blocks.
    mutating func compress(_ blocks: UnsafeRawBufferPointer) {
        guard !blocks.isEmpty else { return }
        roundConstants.withUnsafeBufferPointer { constants in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16) { schedule in
                for start in stride(from: 0, to: blocks.count, by: SHA256.blockBytes) {
                    compressOne(blocks.baseAddress! + start, constants.baseAddress!, schedule.baseAddress!)
                }
            }
        }
    }

    @inline(__always)
    private mutating func compressOne(
        _ block: UnsafeRawPointer, _ constants: UnsafePointer<UInt32>, _ schedule: UnsafeMutablePointer<UInt32>
    ) {
        let before = self
        for index in 0..<16 {
            schedule[index] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
        }
        eightRounds(constants, schedule)
        eightRounds(constants + 8, schedule + 8)
        for first in stride(from: 16, to: 64, by: 16) {
            for index in 0..<16 {
                let (s15, s2) = (schedule[(index + 1) & 15], schedule[(index + 14) & 15])
                let small0 = rotated(s15, 7) ^ rotated(s15, 18) ^ (s15 >> 3)
                let small1 = rotated(s2, 17) ^ rotated(s2, 19) ^ (s2 >> 10)
                schedule[index] = schedule[index] &+ small0 &+ schedule[(index + 9) & 15] &+ small1
            }
            eightRounds(constants + first, schedule)
            eightRounds(constants + first + 8, schedule + 8)
        }
        a &+= before.a
        b &+= before.b
        c &+= before.c
        d &+= before.d
        e &+= before.e
        f &+= before.f
        g &+= before.g
        h &+= before.h
    }

    /// Eight rounds bring each word back to its name, so that none is moved.
    @inline(__always)
    private mutating func eightRounds(_ constants: UnsafePointer<UInt32>, _ schedule: UnsafePointer<UInt32>) {
        Self.round(a, b, c, &d, e, f, g, &h, constants[0] &+ schedule[0])
        Self.round(h, a, b, &c, d, e, f, &g, constants[1] &+ schedule[1])
        Self.round(g, h, a, &b, c, d, e, &f, constants[2] &+ schedule[2])
        Self.round(f, g, h, &a, b, c, d, &e, constants[3] &+ schedule[3])
        Self.round(e, f, g, &h, a, b, c, &d, constants[4] &+ schedule[4])
        Self.round(d, e, f, &g, h, a, b, &c, constants[5] &+ schedule[5])
        Self.round(c, d, e, &f, g, h, a, &b, constants[6] &+ schedule[6])
        Self.round(b, c, d, &e, f, g, h, &a, constants[7] &+ schedule[7])
    }

    @inline(__always)
    private static func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32,
        _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32
    ) {
        let big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let choice = g ^ (e & (f ^ g))
        h = h &+ big1 &+ choice &+ input
        d = d &+ h
        let big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        let majority = (a & b) | (c & (a | b))
        h = h &+ big0 &+ majority
    }
}

@inline(__always)
private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word &>> count | word &<< (32 - count) }

/// The first 32 bits of the fractional parts of the cube roots of the first sixty-four primes.
private let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]
