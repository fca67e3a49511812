/// An answer before it is sent. The server adds `x-amzn-RequestId`, and `x-amz-crc32` with ``crc32``.
package struct DynamoDBResponse: Sendable {
    package var status: Int
    /// JSON, UTF-8.
    package var body: [UInt8]

    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// The checksum that clients hold the body against.
    package var crc32: UInt32 { CRC32.checksum(body) }
}

/// The checksum of gzip and zip.
///
/// - Note: Source: RFC 1952, section 8.
enum CRC32 {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { bytes in
            tables.withUnsafeBufferPointer { tables in
                var crc = UInt32.max
                var position = 0
                // Eight bytes a step: each of the tables holds the effect of a byte that far from the end.
                while bytes.count - position >= 8 {
                    let low = crc ^ word(bytes, position)
                    let high = word(bytes, position + 4)
                    crc =
                        tables[0x700 + Int(low & 0xFF)] ^ tables[0x600 + Int(low >> 8 & 0xFF)]
                        ^ tables[0x500 + Int(low >> 16 & 0xFF)] ^ tables[0x400 + Int(low >> 24)]
                        ^ tables[0x300 + Int(high & 0xFF)] ^ tables[0x200 + Int(high >> 8 & 0xFF)]
                        ^ tables[0x100 + Int(high >> 16 & 0xFF)] ^ tables[Int(high >> 24)]
                    position += 8
                }
                while position < bytes.count {
                    crc = tables[Int((crc ^ UInt32(bytes[position])) & 0xFF)] ^ crc >> 8
                    position += 1
                }
                return ~crc
            }
        }
    }

    private static func word(_ bytes: UnsafeBufferPointer<UInt8>, _ position: Int) -> UInt32 {
        UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: UInt32.self).littleEndian
    }

    /// Eight tables of 256 entries.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
            tables[byte] = crc
        }
        for index in 256..<tables.count {
            let previous = tables[index - 256]
            tables[index] = tables[Int(previous & 0xFF)] ^ previous >> 8
        }
        return tables
    }()
}
