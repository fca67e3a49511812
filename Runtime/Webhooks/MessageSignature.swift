import Digest
package import Time

/// Vouches for a message and for when it was sent: `t=1677175500,v1=5257a8…`, an HMAC with SHA-256 over the seconds, a
/// dot and the body, under a secret that both sides have.
package enum MessageSignature {
    package static let headerName = "bundle-signature"
    /// A message that was signed longer ago, or is to be signed later, is refused: it may be an old one sent again.
    package static let toleranceSeconds: Int64 = 300
    /// The longest header that is looked at.
    static let headerBytesMax = 256

    package enum Failure: Error, Hashable, Sendable, CaseIterable {
        case malformed
        case wrong
        case tooOld
    }

    package static func header(signing body: [UInt8], secret: String, at now: Timestamp) -> String {
        let seconds = now.secondsRoundedDown
        return "t=\(seconds),v1=\(hexadecimal(code(body, secret, seconds)))"
    }

    /// Takes the time it takes whatever of the signature is right.
    package static func verify(
        _ header: String, of body: [UInt8], secret: String, at now: Timestamp
    ) throws(Failure) {
        guard header.utf8.count <= headerBytesMax else { throw .malformed }
        let parts = header.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].hasPrefix("t="), parts[1].hasPrefix("v1="),
            let seconds = Int64(parts[0].dropFirst(2)), seconds >= 0,
            let signature = bytes(hexadecimal: parts[1].dropFirst(3))
        else { throw .malformed }
        guard isEqualInConstantTime(signature, code(body, secret, seconds)) else { throw .wrong }
        let age = now.secondsRoundedDown.subtractingReportingOverflow(seconds)
        guard !age.overflow, abs(age.partialValue) <= toleranceSeconds else { throw .tooOld }
    }

    private static func code(_ body: [UInt8], _ secret: String, _ seconds: Int64) -> [UInt8] {
        var code = HMACSHA256(key: Array(secret.utf8))
        code.update(Array("\(seconds).".utf8))
        code.update(body)
        return code.finalize()
    }
}
