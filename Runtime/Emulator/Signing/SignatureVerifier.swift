import NIOHTTP1
import Time

/// Holds signatures of version 4 against the credentials that are known.
///
/// The functions' adapters have a signer of their own: the two are written from AWS's documents separately and share
/// no code, so that a misreading on one side fails a test.
///
/// - Note: Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request"; order and words of
///   the errors as dynalite's index.js records them of AWS.
struct SignatureVerifier: Sendable {
    /// How far the clocks may be apart. A request that was signed beforehand is good for as long: `X-Amz-Expires`,
    /// which Amazon S3 reads, changes nothing elsewhere.
    static let skew = Duration.seconds(15 * 60)

    let credentials: Credentials
    let service: String
    let clock: @Sendable () -> Timestamp

    func verify(_ signature: RequestSignature, of request: HTTPRequest) throws(AuthorizationFailure) {
        let scope = try checkForm(signature)
        guard let known = credentials.keys[scope.keyID] else { throw .unknownKey }
        guard signature.sessionToken == known.sessionToken else { throw .unknownKey }
        let canonical = CanonicalRequest(request, signedHeaders: signature.signedHeaders).text
        let stringToSign = [
            signature.algorithm, signature.date, scope.text, CanonicalRequest.digest(Array(canonical.utf8)),
        ].joined(separator: "\n")
        let isRight = RequestSigningKey(secret: known.secret, scope: scope.parts)
            .isRight(signature.signature, of: stringToSign)
        guard isRight else {
            throw .invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                    + "Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical "
                    + "String for this request should have been\n'\(canonical)'\n\nThe String-to-Sign should have been\n"
                    + "'\(stringToSign)'\n")
        }
    }

    private struct Scope {
        var keyID: String
        /// Date, region, service and terminator.
        var parts: [String]
        var text: String { parts.joined(separator: "/") }
    }

    private func checkForm(_ signature: RequestSignature) throws(AuthorizationFailure) -> Scope {
        guard let time = Self.instant(signature.date) else {
            throw .incomplete(
                "Date must be in ISO-8601 'basic format'. Got '\(signature.date)'. See http://en.wikipedia.org/wiki/ISO_8601"
            )
        }
        try checkTime(time, signature.date)
        guard signature.signedHeaders.contains("host") else {
            throw .invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
        }
        guard signature.algorithm == "AWS4-HMAC-SHA256" else {
            throw .incomplete("Unsupported AWS 'algorithm': '\(signature.algorithm)' (only AWS4-HMAC-SHA256 for now). ")
        }
        let elements = signature.credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard elements.count == 5 else {
            throw .incomplete(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                    + "'\(signature.credential)'")
        }
        var message = ""
        if elements[2].isEmpty { message += "Credential should be scoped to a valid region, not ''. " }
        if elements[3] != service { message += "Credential should be scoped to correct service: '\(service)'. " }
        if elements[4] != "aws4_request" {
            message += "Credential should be scoped with a valid terminator: 'aws4_request', not '\(elements[4])'. "
        }
        if elements[1] != signature.date.prefix(8) {
            message +=
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                + "'\(elements[1])' != '\(signature.date.prefix(8))', from '\(signature.date)'."
        }
        guard message.isEmpty else { throw .invalid(message) }
        return Scope(keyID: elements[0], parts: Array(elements[1...]))
    }

    private func checkTime(_ time: Timestamp, _ text: String) throws(AuthorizationFailure) {
        let now = clock()
        if time + Self.skew < now {
            throw .invalid(
                "Signature expired: \(text) is now earlier than \(Self.text(of: now - Self.skew)) (\(Self.text(of: now)) - 15 "
                    + "min.)")
        }
        if now + Self.skew < time {
            throw .invalid(
                "Signature not yet current: \(text) is still later than \(Self.text(of: now + Self.skew)) "
                    + "(\(Self.text(of: now)) + 15 min.)")
        }
    }

    /// The instant that `20150830T123600Z` names.
    static func instant(_ text: String) -> Timestamp? {
        let digits = Array(text)
        guard digits.count == 16, digits[8] == "T", digits[15] == "Z" else { return nil }
        let date = "\(String(digits[..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
        let time = "\(String(digits[9..<11])):\(String(digits[11..<13])):\(String(digits[13..<15]))"
        return Timestamp(rfc3339: "\(date)T\(time)Z")
    }

    /// The other way round.
    static func text(of time: Timestamp) -> String {
        time.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
