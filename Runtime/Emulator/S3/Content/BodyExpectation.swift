import Items
import NIOHTTP1

/// What the head of a request says of the content in its body.
struct BodyExpectation: Sendable {
    var isChunked = false
    /// nil if it does not say: a body in HTTP's own chunks.
    var size: Int?
    var md5: [UInt8]?
    /// Of the whole content, in hexadecimal.
    var sha256: String?
    /// What to take of the content; S3 takes a CRC-64 where nobody asks for another.
    var algorithm = Checksum.Algorithm.crc64NVMe
    /// In base64; nil if it comes in a trailer or not at all.
    var checksum: String?
    /// Whether a trailer is to bring the checksum.
    var hasTrailingChecksum = false

    /// Whether a CRC-64 is taken besides: a part may need one, which its upload alone knows.
    var withCRC64 = false

    /// Nothing is known.
    init() {}

    /// - Throws: `S3Fault` for what can't be right.
    init(_ headers: HTTPHeaders) throws(S3Fault) {
        let payload = headers.first(name: "x-amz-content-sha256") ?? "UNSIGNED-PAYLOAD"
        let encodings = headers[canonicalForm: "Content-Encoding"]
        // Some name the encoding and send the content as it is.
        isChunked =
            payload.hasPrefix("STREAMING-")
            || headers.contains(name: "x-amz-decoded-content-length")
                && encodings.contains { $0.lowercased() == "aws-chunked" }
        if payload.utf8.count == 64 { sha256 = payload.lowercased() }
        try readSize(headers)
        if let text = headers.first(name: "Content-MD5") {
            guard let bytes = Base64.bytes(of: text), bytes.count == 16 else { throw .invalidDigest }
            md5 = bytes
        }
        try readChecksum(headers)
    }

    private mutating func readSize(_ headers: HTTPHeaders) throws(S3Fault) {
        let name = isChunked ? "x-amz-decoded-content-length" : "Content-Length"
        if let text = headers.first(name: name) {
            guard let value = Int(text), value >= 0 else {
                throw .invalidArgument("\(name) must be a whole number", name: name, value: text)
            }
            size = value
        } else if isChunked || !headers.contains(name: "Transfer-Encoding") {
            throw S3Fault(
                "MissingContentLength", .lengthRequired, "You must provide the Content-Length HTTP header.")
        }
        if let size, size > S3Quotas.putBytesMax { throw .entityTooLarge }
    }

    private mutating func readChecksum(_ headers: HTTPHeaders) throws(S3Fault) {
        var given: [(Checksum.Algorithm, String)] = []
        for algorithm in Checksum.Algorithm.allCases {
            guard let value = headers.first(name: algorithm.headerName) else { continue }
            guard Checksum.bytes(value, algorithm) != nil else {
                throw .invalidRequest("Value for \(algorithm.headerName) header is invalid.")
            }
            given.append((algorithm, value))
        }
        guard given.count <= 1 else {
            throw .invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        if let (algorithm, value) = given.first { (self.algorithm, checksum) = (algorithm, value) }
        if let name = headers.first(name: "x-amz-trailer"), let algorithm = Checksum.Algorithm(headerName: name) {
            guard given.isEmpty else {
                throw .invalidRequest(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
            }
            self.algorithm = algorithm
            hasTrailingChecksum = true
        }
        if let name = headers.first(name: "x-amz-sdk-checksum-algorithm")
            ?? headers.first(
                name: "x-amz-checksum-algorithm")
        {
            guard let named = Checksum.Algorithm(rawValue: name.uppercased()) else {
                throw .invalidRequest(
                    "Checksum algorithm provided is unsupported. Please try again with any of the "
                        + "valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
            }
            // A presigned request names the algorithm alone.
            if given.isEmpty, !hasTrailingChecksum { algorithm = named }
        }
    }
}
