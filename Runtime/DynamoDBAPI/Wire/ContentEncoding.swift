import Compression
import Digest

/// The encodings that a request's body may come in, and an answer's go out.
///
/// - Note: Source: RFC 9110, section 8.4.1; RFC 1950; RFC 1952.
enum ContentEncoding: String, Sendable {
    case gzip
    case deflate

    /// The greatest body, decoded, that DynamoDB takes: 16 MB.
    static let decodedSizeBytesMax = 16 << 20

    func decoded(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        switch self {
        case .gzip: try Self.gunzipped(bytes)
        case .deflate: try Self.zlibDecoded(bytes)
        }
    }

    func encoded(_ bytes: [UInt8]) -> [UInt8] {
        let deflated = Deflater.deflated(bytes)
        switch self {
        case .gzip:
            // No flags, no time, no name of a system.
            return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF] + deflated + Self.bytes(CyclicRedundancyCheck.crc32(bytes))
                + Self.bytes(UInt32(truncatingIfNeeded: bytes.count))
        case .deflate:
            return [0x78, 0x9C] + deflated + Self.bytes(Self.adler32(bytes).byteSwapped)
        }
    }

    /// One gzip member after the other.
    private static func gunzipped(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        var output: [UInt8] = []
        var position = 0
        repeat {
            position = try gzipHeaderEnd(bytes, from: position)
            var inflater = Inflater(bytes, from: position, sizeBytesMax: decodedSizeBytesMax - output.count)
            try inflater.run()
            position = inflater.position
            guard position + 8 <= bytes.count,
                littleEndian(bytes, position) == CyclicRedundancyCheck.crc32(inflater.output),
                littleEndian(bytes, position + 4) == UInt32(truncatingIfNeeded: inflater.output.count)
            else { throw .malformed }
            output += inflater.output
            position += 8
        } while position < bytes.count
        return output
    }

    private static func gzipHeaderEnd(_ bytes: [UInt8], from start: Int) throws(CompressionError) -> Int {
        guard start + 10 <= bytes.count, bytes[start] == 0x1F, bytes[start + 1] == 0x8B, bytes[start + 2] == 8 else {
            throw .malformed
        }
        let flags = bytes[start + 3]
        var position = start + 10
        if flags & 4 != 0 {
            guard position + 2 <= bytes.count else { throw .malformed }
            position += 2 + Int(bytes[position]) + Int(bytes[position + 1]) << 8
        }
        // A name, a comment: each ends with a zero.
        for flag in [8, 16] as [UInt8] where flags & flag != 0 {
            guard position <= bytes.count, let end = bytes[position...].firstIndex(of: 0) else { throw .malformed }
            position = end + 1
        }
        return flags & 2 != 0 ? position + 2 : position
    }

    private static func zlibDecoded(_ bytes: [UInt8]) throws(CompressionError) -> [UInt8] {
        guard bytes.count >= 6, bytes[0] & 0x0F == 8, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0,
            bytes[1] & 0x20 == 0
        else { throw .malformed }
        var inflater = Inflater(bytes, from: 2, sizeBytesMax: decodedSizeBytesMax)
        try inflater.run()
        let position = inflater.position
        guard position + 4 == bytes.count, littleEndian(bytes, position).byteSwapped == adler32(inflater.output) else {
            throw .malformed
        }
        return inflater.output
    }

    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (a, b) = (UInt32(1), UInt32(0))
        for byte in bytes {
            a = (a + UInt32(byte)) % 65_521
            b = (b + a) % 65_521
        }
        return b << 16 | a
    }

    private static func bytes(_ littleEndian: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: littleEndian >> (8 * $0)) }
    }

    private static func littleEndian(_ bytes: [UInt8], _ position: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << (8 * UInt32($1)) }
    }
}
