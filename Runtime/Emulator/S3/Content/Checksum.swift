import Crypto
import struct Digest.CyclicRedundancyCheck
import Items

/// A checksum that S3 keeps with an object and hands out again.
///
/// - Note: Source: Amazon S3 User Guide, "Checking object integrity in Amazon S3".
struct Checksum: Hashable, Sendable {
    enum Algorithm: String, CaseIterable, Sendable {
        case crc32 = "CRC32"
        case crc32c = "CRC32C"
        case crc64NVMe = "CRC64NVME"
        case sha1 = "SHA1"
        case sha256 = "SHA256"

        var headerName: String { "x-amz-checksum-\(rawValue.lowercased())" }
        var elementName: String { "Checksum\(rawValue)" }

        var byteCount: Int {
            switch self {
            case .crc32, .crc32c: 4
            case .crc64NVMe: 8
            case .sha1: 20
            case .sha256: 32
            }
        }

        var crc: CyclicRedundancyCheck.Kind? {
            switch self {
            case .crc32: .crc32
            case .crc32c: .crc32c
            case .crc64NVMe: .crc64NVMe
            case .sha1, .sha256: nil
            }
        }

        init?(headerName: String) {
            guard let algorithm = Self.allCases.first(where: { $0.headerName == headerName.lowercased() }) else {
                return nil
            }
            self = algorithm
        }
    }

    var algorithm: Algorithm
    /// In base64; that of a composite one ends in `-<parts>`.
    var value: String
    /// Of an object in parts: the checksum of the parts' checksums.
    var isComposite = false

    var typeName: String { isComposite ? "COMPOSITE" : "FULL_OBJECT" }

    /// The bytes that `value` spells; nil if it is not of the algorithm's length.
    static func bytes(_ value: String, _ algorithm: Algorithm) -> [UInt8]? {
        guard let bytes = Base64.bytes(of: value), bytes.count == algorithm.byteCount else { return nil }
        return bytes
    }
}

/// The digests of one content, taken as it passes.
struct ContentDigests: Sendable {
    private var md5 = Insecure.MD5()
    /// Only where the client vouches for it.
    private var sha256: SHA256?
    private var checksum: Running?
    private var crc64: CyclicRedundancyCheck?
    private(set) var size = 0

    private enum Running: Sendable {
        case crc(CyclicRedundancyCheck)
        case sha1(Insecure.SHA1)
        case sha256(SHA256)
    }

    init(algorithm: Checksum.Algorithm?, withSHA256: Bool, withCRC64: Bool = false) {
        crc64 = withCRC64 ? CyclicRedundancyCheck(.crc64NVMe) : nil
        sha256 = withSHA256 ? SHA256() : nil
        switch algorithm {
        case nil: checksum = nil
        case .sha1?: checksum = .sha1(Insecure.SHA1())
        case .sha256?: checksum = .sha256(SHA256())
        case .crc32?, .crc32c?, .crc64NVMe?: checksum = .crc(CyclicRedundancyCheck(algorithm!.crc!))
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        size += bytes.count
        md5.update(bufferPointer: bytes)
        sha256?.update(bufferPointer: bytes)
        crc64?.update(bytes)
        switch checksum {
        case nil: break
        case .crc(var crc)?:
            crc.update(bytes)
            checksum = .crc(crc)
        case .sha1(var hash)?:
            hash.update(bufferPointer: bytes)
            checksum = .sha1(hash)
        case .sha256(var hash)?:
            hash.update(bufferPointer: bytes)
            checksum = .sha256(hash)
        }
    }

    var md5Bytes: [UInt8] { Array(md5.finalize()) }
    var sha256Hex: String? { sha256.map { $0.finalize().hexadecimalText } }

    var crc64Checksum: Checksum? {
        crc64.map { Checksum(algorithm: .crc64NVMe, value: Base64.text(of: $0.bytes)) }
    }

    /// In base64.
    var checksumText: String? {
        switch checksum {
        case nil: nil
        case .crc(let crc)?: Base64.text(of: crc.bytes)
        case .sha1(let hash)?: Base64.text(of: Array(hash.finalize()))
        case .sha256(let hash)?: Base64.text(of: Array(hash.finalize()))
        }
    }
}
