import Crypto
import NIOHTTP1

/// Follows the signatures of a body's chunks, each of which vouches for the ones before.
///
/// - Note: Source: Amazon S3 API Reference, "Signature calculations for the Authorization header: transferring payload
///   in multiple chunks".
struct ChunkSignatures: Sendable {
    static let mismatch = S3Fault(
        "SignatureDoesNotMatch", .forbidden,
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
            + "method.")

    private let key: RequestSigningKey
    /// The date and the scope, a line each.
    private let preamble: String
    private let hasTrailers: Bool
    private var previous: String
    private var hash = SHA256()

    /// - Parameter seed: the signature of the request's head.
    init(key: RequestSigningKey, date: String, scope: String, seed: String, hasTrailers: Bool) {
        self.key = key
        preamble = "\(date)\n\(scope)"
        previous = seed
        self.hasTrailers = hasTrailers
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Whether this is the signature of the chunk that ends here.
    mutating func isRight(_ signature: String?) -> Bool {
        guard let signature else { return false }
        let text = [
            "AWS4-HMAC-SHA256-PAYLOAD", preamble, previous, CanonicalRequest.digest([]),
            hash.finalize().hexadecimalText,
        ].joined(separator: "\n")
        hash = SHA256()
        previous = signature
        return key.isRight(signature, of: text)
    }

    mutating func areTrailersRight(_ trailers: [(name: String, value: String)]) -> Bool {
        guard hasTrailers else { return true }
        guard let signature = trailers.first(where: { $0.name == "x-amz-trailer-signature" })?.value else {
            return false
        }
        let lines = trailers.filter { $0.name != "x-amz-trailer-signature" }.map { "\($0.name):\($0.value)\n" }
        let text = [
            "AWS4-HMAC-SHA256-TRAILER", preamble, previous, CanonicalRequest.digest(Array(lines.joined().utf8)),
        ].joined(separator: "\n")
        return key.isRight(signature, of: text)
    }
}
