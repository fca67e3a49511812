/// IP addresses, version 4 or 6, that begin with the same bits.
///
/// - Note: Source: aws/event-ruler, `CIDR`, for what is an address and for the words.
struct AddressRange: Hashable, Sendable {
    /// 4 or 16 bytes.
    private let address: [UInt8]
    private let bits: Int

    /// A single address; nil if the text is none.
    init?(address text: String) {
        guard let address = Self.bytes(of: text) else { return nil }
        self.address = address
        bits = address.count * 8
    }

    /// `10.0.0.0/24`, `2001:db8::/32`: fewer bits than the address has.
    init(cidr text: String) throws(PatternFault) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { throw PatternFault("Malformed CIDR, one '/' required") }
        guard let bits = Int32(parts[1]) else { throw PatternFault("Malformed CIDR, mask bits must be an integer") }
        guard bits >= 0 else { throw PatternFault("Malformed CIDR, mask bits must not be negative") }
        guard let address = Self.bytes(of: String(parts[0])) else {
            throw PatternFault("Nonstandard IP address: \(parts[0])")
        }
        guard bits < address.count * 8 else {
            throw PatternFault(address.count == 4 ? "IPv4 mask bits must be < 32" : "IPv6 mask bits must be < 128")
        }
        self.address = address
        self.bits = Int(bits)
    }

    func contains(_ text: String) -> Bool {
        guard let other = Self.bytes(of: text), other.count == address.count else { return false }
        let whole = bits / 8
        guard other[..<whole] == address[..<whole] else { return false }
        guard bits % 8 > 0 else { return true }
        return (other[whole] ^ address[whole]) >> UInt8(8 - bits % 8) == 0
    }

    private static func bytes(of text: String) -> [UInt8]? {
        // No address has more characters; this keeps the many other strings of an event cheap.
        guard (2...39).contains(text.utf8.count) else { return nil }
        return text.utf8.contains(UInt8(ascii: ":")) ? version6(text) : version4(text)
    }

    private static func version4(_ text: String) -> [UInt8]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
            let value = part.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
            guard value < 256 else { return nil }
            bytes.append(UInt8(value))
        }
        return bytes
    }

    private static func version6(_ text: String) -> [UInt8]? {
        var groups: [UInt16] = []
        // Where `::` stands for as many zeros as are missing.
        var gap: Int?
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            guard !part.isEmpty else {
                // The text's first and last part are empty beside a `::` at its edge.
                let isEdge = index == 0 || index == parts.count - 1
                if isEdge {
                    guard parts.count > 2, parts[index == 0 ? 1 : index - 1].isEmpty else { return nil }
                } else {
                    guard gap == nil else { return nil }
                    gap = groups.count
                }
                continue
            }
            guard part.count <= 4, let group = UInt16(String(Substring(part)), radix: 16),
                part.first != UInt8(ascii: "+")
            else { return nil }
            groups.append(group)
        }
        guard gap == nil ? groups.count == 8 : groups.count < 8 else { return nil }
        if let gap { groups.insert(contentsOf: Array(repeating: 0, count: 8 - groups.count), at: gap) }
        let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        // An address of version 4 in the clothes of 6 is one of version 4.
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }
}
