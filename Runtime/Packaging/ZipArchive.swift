import Compression
import Digest

/// A zip file, the same bytes for the same entries whenever and wherever it is made: no times, no owners.
///
/// - Note: Source: PKWARE, ".ZIP File Format Specification", version 6.3.10, sections 4.3 and 4.4.
package struct ZipArchive: Sendable {
    package enum Permissions: UInt32, Sendable {
        /// rwxr-xr-x
        case executable = 0o755
        /// rw-r--r--
        case readable = 0o644
    }

    /// 65,535 entries and 4 GiB are the format's; Lambda takes 50 MB.
    package static let sizeBytesMax = 50_000_000

    private var files: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0

    package init() {}

    /// - Parameter path: with `/` between folders.
    package mutating func add(_ path: String, _ content: [UInt8], _ permissions: Permissions) {
        let packed = Deflater.deflated(content)
        let name = Array(path.utf8)
        // Version 2.0, names in UTF-8, deflated, midnight of 1 January 1980.
        let common: [UInt8] =
            Self.half(20) + Self.half(0x0800) + Self.half(8) + Self.half(0) + Self.half(0x21)
            + Self.word(CyclicRedundancyCheck.crc32(content)) + Self.word(UInt32(packed.count))
            + Self.word(UInt32(content.count)) + Self.half(UInt16(name.count)) + Self.half(0)
        // Made by Unix, which is where the permissions are from.
        directory += Self.word(0x0201_4B50) + Self.half(3 << 8 | 20) + common + Self.half(0) + Self.half(0)
        directory += Self.half(0) + Self.word((0o100000 | permissions.rawValue) << 16) + Self.word(UInt32(files.count))
        directory += name
        files += Self.word(0x0403_4B50) + common + name + packed
        count += 1
    }

    package var bytes: [UInt8] {
        files + directory + Self.word(0x0605_4B50) + Self.half(0) + Self.half(0) + Self.half(count) + Self.half(count)
            + Self.word(UInt32(directory.count)) + Self.word(UInt32(files.count)) + Self.half(0)
    }

    private static func half(_ value: UInt16) -> [UInt8] {
        (0..<2).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
