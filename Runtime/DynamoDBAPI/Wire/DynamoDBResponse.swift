import Digest

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
    package var crc32: UInt32 { CyclicRedundancyCheck.crc32(body) }
}
