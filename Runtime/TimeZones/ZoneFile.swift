/// Reads the 64-bit part of a compiled zone file, version 2 or later.
///
/// - Note: Source: RFC 9636, section 3.
struct ZoneFile {
    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bounds, beyond which a file is refused: the largest of the database holds some 240 changes.
    static let changesMax = 4_096
    static let bytesMax = 64 * 1_024

    /// - Throws: ``Malformed`` for anything but a zone file that counts POSIX time.
    static func history(of bytes: [UInt8]) throws(Malformed) -> ZoneHistory {
        var file = ZoneFile(bytes)
        return try file.history()
    }

    /// The same history in fewer bytes: the part for readers of 32-bit times, which comes first, is left empty.
    static func without32BitPart(_ bytes: [UInt8]) throws(Malformed) -> [UInt8] {
        _ = try history(of: bytes)
        var file = ZoneFile(bytes)
        try file.skip(try file.header().byteCount(ofTimes: 4))
        // Magic, version and reserved bytes; then no record of any kind.
        return bytes[..<20] + [UInt8](repeating: 0, count: 24) + bytes[file.position...]
    }

    struct Malformed: Error {
        let reason: String
    }

    /// Counts of the records that follow a header, in the header's order.
    private struct Counts {
        var utIndicators, standardIndicators, leapSeconds, changes, types, characters: Int

        func byteCount(ofTimes timeBytes: Int) -> Int {
            changes * (timeBytes + 1) + types * 6 + characters + leapSeconds * (timeBytes + 4) + standardIndicators
                + utIndicators
        }
    }

    private mutating func history() throws(Malformed) -> ZoneHistory {
        // The first part is for readers of 32-bit times.
        try skip(try header().byteCount(ofTimes: 4))
        let counts = try header()
        guard counts.leapSeconds == 0 else { throw Malformed(reason: "it counts leap seconds") }
        guard (1...256).contains(counts.types), counts.changes <= Self.changesMax else {
            throw Malformed(reason: "it has \(counts.types) types and \(counts.changes) changes")
        }
        let end = position + counts.byteCount(ofTimes: 8)
        var changes: [Int64] = []
        for _ in 0..<counts.changes {
            let change = Int64(bitPattern: try big(bytes: 8))
            guard changes.last.map({ $0 < change }) ?? true else { throw Malformed(reason: "its changes go backward") }
            changes.append(change)
        }
        var typeOfChange: [Int] = []
        for _ in 0..<counts.changes { typeOfChange.append(Int(try big(bytes: 1))) }
        var offsets: [Int64] = []
        for _ in 0..<counts.types {
            let offset = Int64(Int32(bitPattern: UInt32(try big(bytes: 4))))
            guard abs(offset) < ZoneHistory.offsetSecondsMax else { throw Malformed(reason: "an offset is too large") }
            offsets.append(offset)
            try skip(2)
        }
        guard typeOfChange.allSatisfy(offsets.indices.contains) else { throw Malformed(reason: "a type is missing") }
        try skip(end - position)
        return ZoneHistory(
            initialOffset: offsets[0], changes: changes, changedOffsets: typeOfChange.map { offsets[$0] },
            rule: try footer()
        )
    }

    private mutating func header() throws(Malformed) -> Counts {
        let start = position
        try skip(44)
        guard Array(bytes[start..<start + 4]) == Array("TZif".utf8) else {
            throw Malformed(reason: "it is no zone file")
        }
        guard bytes[start + 4] >= UInt8(ascii: "2") else { throw Malformed(reason: "it is of version 1") }
        func count(_ index: Int) -> Int {
            bytes[(start + 20 + index * 4)..<(start + 24 + index * 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        return Counts(
            utIndicators: count(0), standardIndicators: count(1), leapSeconds: count(2), changes: count(3),
            types: count(4), characters: count(5)
        )
    }

    /// The rule between two line feeds; an empty one says nothing of times past the table.
    private mutating func footer() throws(Malformed) -> RecurringRule? {
        let start = position + 1
        guard position < bytes.count, bytes[position] == 0x0A, let end = bytes[start...].firstIndex(of: 0x0A) else {
            throw Malformed(reason: "it ends without a rule")
        }
        guard end > start else { return nil }
        guard let rule = RecurringRuleParser.rule(bytes[start..<end]) else {
            throw Malformed(reason: "its rule for the years to come is unreadable")
        }
        return rule
    }

    private mutating func skip(_ count: Int) throws(Malformed) {
        guard count >= 0, count <= bytes.count - position else { throw Malformed(reason: "it is cut short") }
        position += count
    }

    private mutating func big(bytes count: Int) throws(Malformed) -> UInt64 {
        let start = position
        try skip(count)
        return bytes[start..<position].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
