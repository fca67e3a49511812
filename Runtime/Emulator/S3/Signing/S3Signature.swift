import NIOHTTP1
import Time

/// What signed a request (version 4), in its header or in the query of a presigned URL.
///
/// A request whose access key the emulator has given out (``AccessKeys``) is verified. Of any other key nobody
/// here knows the secret: its form, its date and its expiry are checked, and the rest is believed.
///
/// - Note: Source: Amazon S3 API Reference, "Authenticating requests (AWS Signature Version 4)"; codes and words as the
///   service gives them.
struct S3Signature: Sendable {
    /// How far the clocks may be apart.
    private static let skew = Duration.seconds(15 * 60)
    private static let algorithm = "AWS4-HMAC-SHA256"

    var accessKey: String
    /// Date, region, service and terminator.
    var scope: [String]
    /// As the request writes it.
    var date: String
    var time: Timestamp
    var signedHeaders: [String]
    var signature: String
    var token: String?
    /// nil in a header.
    var expiresSeconds: Int?
    /// Of the body, or in its place.
    var payload: String

    // MARK: Reading

    /// - Returns: nil if the request has none of version 4.
    init?(query: S3Query, headers: HTTPHeaders) throws(S3Fault) {
        if query.has("X-Amz-Algorithm") || query.has("X-Amz-Credential") {
            guard !headers.contains(name: "Authorization") else {
                throw .invalidArgument(
                    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
                        + "parameter or the Authorization header should be specified", name: "Authorization",
                    value: headers.first(name: "Authorization"))
            }
            try self.init(presigned: query, headers)
        } else if let text = headers.first(name: "Authorization"), text.hasPrefix("AWS4-") {
            try self.init(header: text, headers)
        } else {
            return nil
        }
    }

    private init(presigned query: S3Query, _ headers: HTTPHeaders) throws(S3Fault) {
        func malformed(_ message: String) -> S3Fault {
            S3Fault("AuthorizationQueryParametersError", .badRequest, message)
        }
        guard let algorithm = query["X-Amz-Algorithm"], let credential = query["X-Amz-Credential"],
            let signature = query["X-Amz-Signature"], let date = query["X-Amz-Date"],
            let signedHeaders = query["X-Amz-SignedHeaders"], let expires = query["X-Amz-Expires"]
        else {
            throw malformed(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
                    + "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
        }
        guard algorithm == Self.algorithm else {
            throw malformed("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
        }
        guard let seconds = Int(expires) else { throw malformed("X-Amz-Expires should be a number") }
        guard seconds >= 0 else { throw malformed("X-Amz-Expires must be non-negative") }
        guard seconds <= S3Quotas.presignedSecondsMax else {
            throw malformed(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
                    + "604800 seconds")
        }
        guard let time = SignatureVerifier.instant(date) else {
            throw malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        }
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let problem = Self.problem(in: parts, date: date) else {
            (accessKey, scope) = (parts[0], Array(parts[1...]))
            (self.date, self.time, self.signature) = (date, time, signature)
            self.signedHeaders = signedHeaders.split(separator: ";").map { $0.lowercased() }
            token = query["X-Amz-Security-Token"]
            expiresSeconds = seconds
            let name = "x-amz-content-sha256"
            payload =
                query["X-Amz-Content-Sha256"]
                ?? (self.signedHeaders.contains(name) ? headers.first(name: name) : nil) ?? "UNSIGNED-PAYLOAD"
            return
        }
        throw malformed("Error parsing the X-Amz-Credential parameter; \(problem)")
    }

    private init(header text: String, _ headers: HTTPHeaders) throws(S3Fault) {
        func malformed(_ message: String) -> S3Fault {
            S3Fault("AuthorizationHeaderMalformed", .badRequest, "The authorization header is malformed; \(message)")
        }
        let header: RequestSignature
        do throws(AuthorizationFailure) {
            header = try RequestSignature(header: text, of: headers)
        } catch {
            throw malformed(error.message)
        }
        guard header.algorithm == Self.algorithm else {
            throw .invalidRequest(
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
        }
        let parts = header.credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if let problem = Self.problem(in: parts, date: nil) { throw malformed(problem) }
        (accessKey, scope) = (parts[0], Array(parts[1...]))
        date = header.date
        guard let time = SignatureVerifier.instant(header.date) ?? HTTPDate.instant(header.date) else {
            throw .accessDenied("AWS authentication requires a valid Date or x-amz-date header")
        }
        self.time = time
        signature = header.signature
        signedHeaders = header.signedHeaders
        token = header.sessionToken
        expiresSeconds = nil
        payload = headers.first(name: "X-Amz-Content-Sha256") ?? "UNSIGNED-PAYLOAD"
    }

    private static func problem(in parts: [String], date: String?) -> String? {
        guard parts.count == 5 else {
            return "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
        }
        if parts[3] != "s3" { return "incorrect service \"\(parts[3])\". This endpoint belongs to \"s3\"." }
        if parts[4] != "aws4_request" {
            return "incorrect terminal \"\(parts[4])\". This endpoint uses \"aws4_request\"."
        }
        if let date, parts[1] != date.prefix(8) {
            return
                "incorrect date format \"\(parts[1])\". This date in the credential must be in the format \"yyyyMMdd\"."
        }
        return nil
    }

    // MARK: Checking

    /// - Parameters:
    ///   - now: by the emulator's clock.
    ///   - wall: the machine's own time. A client that signs a header may not know that the emulator's clock was moved.
    func check(
        _ request: HTTPRequest, keys: AccessKeys, now: Timestamp, wall: Timestamp
    ) throws(S3Fault) {
        try checkTime(now: now, wall: wall)
        guard let known = keys.credentials(of: accessKey) else { return }
        if let expected = known.sessionToken, token != expected {
            throw token == nil
                ? S3Fault(
                    "InvalidAccessKeyId", .forbidden,
                    "The AWS Access Key Id you provided does not exist in our records.",
                    [("AWSAccessKeyId", accessKey)])
                : S3Fault(
                    "InvalidToken", .badRequest, "The provided token is malformed or otherwise invalid.",
                    [("Token-0", token ?? "")])
        }
        let unsigned = request.headers.map { $0.name.lowercased() }
            .filter { $0.hasPrefix("x-amz-") && $0 != "x-amz-content-sha256" && !signedHeaders.contains($0) }
        guard unsigned.isEmpty, signedHeaders.contains("host") else {
            throw .accessDenied(
                "There were headers present in the request which were not signed",
                [("HeadersNotSigned", unsigned.isEmpty ? "host" : unsigned.joined(separator: ", "))])
        }
        let canonical = CanonicalRequest(
            s3: request.method, path: request.path, query: request.query, headers: request.headers,
            signedHeaders: signedHeaders, digest: payload
        ).text
        let text = [
            Self.algorithm, date, scope.joined(separator: "/"), CanonicalRequest.digest(Array(canonical.utf8)),
        ].joined(separator: "\n")
        guard RequestSigningKey(secret: known.secret, scope: scope).isRight(signature, of: text) else {
            throw Self.mismatch(
                accessKey: accessKey, stringToSign: text, signature: signature, canonicalRequest: canonical)
        }
    }

    static func mismatch(
        accessKey: String, stringToSign: String, signature: String, canonicalRequest: String? = nil
    ) -> S3Fault {
        S3Fault(
            "SignatureDoesNotMatch", .forbidden,
            "The request signature we calculated does not match the signature you provided. Check your key and signing "
                + "method.",
            [
                ("AWSAccessKeyId", accessKey), ("StringToSign", stringToSign), ("SignatureProvided", signature),
            ] + (canonicalRequest.map { [("CanonicalRequest", $0)] } ?? []))
    }

    static func expired(at expiry: Timestamp, now: Timestamp, _ details: [(String, String)] = []) -> S3Fault {
        .accessDenied(
            "Request has expired",
            details + [("Expires", S3Text.seconds(expiry)), ("ServerTime", S3Text.seconds(now))])
    }

    private func checkTime(now: Timestamp, wall: Timestamp) throws(S3Fault) {
        if let expiresSeconds {
            guard time <= now + Self.skew else { throw .accessDenied("Request is not yet valid") }
            let expiry = time + .seconds(expiresSeconds)
            guard now < expiry else {
                throw Self.expired(at: expiry, now: now, [("X-Amz-Expires", String(expiresSeconds))])
            }
            return
        }
        guard [now, wall].contains(where: { time - Self.skew <= $0 && $0 <= time + Self.skew }) else {
            throw S3Fault(
                "RequestTimeTooSkewed", .forbidden,
                "The difference between the request time and the current time is too large.",
                [
                    ("RequestTime", date), ("ServerTime", S3Text.seconds(now)),
                    ("MaxAllowedSkewMilliseconds", "900000"),
                ])
        }
    }

    /// What follows the chunks of the body; nil if they are not signed, or the secret is not known.
    func chunkSignatures(_ keys: AccessKeys) -> ChunkSignatures? {
        guard payload.hasPrefix("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            let known = keys.credentials(of: accessKey)
        else { return nil }
        return ChunkSignatures(
            key: RequestSigningKey(secret: known.secret, scope: scope), date: date, scope: scope.joined(separator: "/"),
            seed: signature, hasTrailers: payload.hasSuffix("-TRAILER"))
    }
}
