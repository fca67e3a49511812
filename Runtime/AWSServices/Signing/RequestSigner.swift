import Digest
import Synchronization
package import Time

/// What is to be signed. Names and values are as meant, nothing percent-encoded yet.
package struct UnsignedRequest: Sendable {
    package var method: String
    /// As in the `Host` header: with the port, if that is not the scheme's own.
    package var host: String
    /// Begins with a slash. Only S3 takes empty, `.` and `..` segments.
    package var path: String
    package var query: [(name: String, value: String)]
    /// To be sent and signed besides `Host`.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(
        _ method: String, host: String, path: String = "/", query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// Signs requests to one AWS service (Signature Version 4).
///
/// - Note: Source: AWS General Reference, "Create a signed AWS API request"; Amazon S3 API Reference, "Authenticating
///   requests". libcurl's own signer differs from AWS's for S3, and by its version.
package final class RequestSigner: Sendable {
    package static let presignedSecondsMax = 604_800

    private let service: String
    private let region: String
    private let credentials: Credentials
    /// Four authentications that are the same all day.
    private let dayKey = Mutex<(day: String, key: HMACSHA256)?>(nil)

    package init(service: String, region: String, credentials: Credentials) {
        self.service = service
        self.region = region
        self.credentials = credentials
    }

    private var isS3: Bool { service == "s3" }

    /// Path and query as they are to be sent.
    package func target(of request: UnsignedRequest) -> String {
        let query = canonicalQuery(request.query)
        return PercentEncoding.encoded(request.path, keepingSlashes: true) + (query.isEmpty ? "" : "?" + query)
    }

    /// All headers to send, those of the request and `Authorization` included, `Host` not.
    package func headers(signing request: UnsignedRequest, at instant: Timestamp) -> [(name: String, value: String)] {
        let date = SigningDate(instant)
        let payload = hexadecimal(SHA256.hash(request.body))
        var headers = request.headers
        headers.append(("X-Amz-Date", date.text))
        if let token = credentials.sessionToken { headers.append(("X-Amz-Security-Token", token)) }
        if isS3 { headers.append(("X-Amz-Content-SHA256", payload)) }
        let signed = canonicalHeaders(headers + [("host", request.host)])
        let signature = signature(
            of: canonicalRequest(request, query: request.query, headers: signed, payload: payload), at: date)
        headers.append(
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(date)), SignedHeaders=\(signed.names), "
                    + "Signature=\(signature)"
            ))
        return headers
    }

    /// Path and query by which anyone may make the request until it expires; only the host is signed besides.
    ///
    /// - Parameter seconds: 1...``presignedSecondsMax``; the credentials may expire before.
    package func presignedTarget(
        of request: UnsignedRequest, at instant: Timestamp, expiresAfter seconds: Int
    ) -> String {
        precondition((1...Self.presignedSecondsMax).contains(seconds), "a presigned request lasts up to seven days")
        let date = SigningDate(instant)
        let signed = canonicalHeaders(request.headers + [("host", request.host)])
        var query = request.query
        query.append(("X-Amz-Algorithm", "AWS4-HMAC-SHA256"))
        query.append(("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(date))"))
        query.append(("X-Amz-Date", date.text))
        query.append(("X-Amz-Expires", String(seconds)))
        query.append(("X-Amz-SignedHeaders", signed.names))
        if let token = credentials.sessionToken { query.append(("X-Amz-Security-Token", token)) }
        // Who signs does not know what will be uploaded.
        let payload = isS3 ? "UNSIGNED-PAYLOAD" : hexadecimal(SHA256.hash(request.body))
        let signature = signature(
            of: canonicalRequest(request, query: query, headers: signed, payload: payload), at: date)
        return PercentEncoding.encoded(request.path, keepingSlashes: true) + "?" + canonicalQuery(query)
            + "&X-Amz-Signature=" + signature
    }

    private func scope(_ date: SigningDate) -> String { "\(date.day)/\(region)/\(service)/aws4_request" }

    // MARK: The canonical request

    private struct SignedHeaders {
        /// `name:value` lines.
        var lines: [UInt8]
        /// Between semicolons.
        var names: String
    }

    private func canonicalHeaders(_ headers: [(name: String, value: String)]) -> SignedHeaders {
        var sorted = headers.map { (name: $0.name.lowercased(), value: $0.value) }
        sorted.sort { $0.name < $1.name }
        var signed = SignedHeaders(lines: [], names: "")
        var earlier: String?
        for (name, value) in sorted {
            if name == earlier {
                // Values of one name make one line.
                signed.lines[signed.lines.count - 1] = UInt8(ascii: ",")
            } else {
                signed.lines.append(contentsOf: name.utf8)
                signed.lines.append(UInt8(ascii: ":"))
                signed.names += (earlier == nil ? "" : ";") + name
            }
            earlier = name
            Self.appendFolded(value, to: &signed.lines)
            signed.lines.append(UInt8(ascii: "\n"))
        }
        return signed
    }

    /// Without spaces at the ends, one for several between.
    private static func appendFolded(_ value: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        var value = value
        value.withUTF8 { text in
            var isAfterSpace = true
            for byte in text {
                let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
                if isSpace, isAfterSpace { continue }
                bytes.append(isSpace ? UInt8(ascii: " ") : byte)
                isAfterSpace = isSpace
            }
        }
        if bytes.count > start, bytes[bytes.count - 1] == UInt8(ascii: " ") { bytes.removeLast() }
    }

    /// Encoded, then sorted by name and value.
    private func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        guard !query.isEmpty else { return "" }
        return query.map { (PercentEncoding.encoded($0.name), PercentEncoding.encoded($0.value)) }
            .sorted { $0 < $1 }
            .map { $0 + "=" + $1 }
            .joined(separator: "&")
    }

    private func canonicalRequest(
        _ request: UnsignedRequest, query: [(name: String, value: String)], headers: SignedHeaders, payload: String
    ) -> [UInt8] {
        let newLine = UInt8(ascii: "\n")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + headers.lines.count)
        bytes.append(contentsOf: request.method.utf8)
        bytes.append(newLine)
        // The path as sent, encoded once more for every service but S3.
        let path = PercentEncoding.encoded(request.path, keepingSlashes: true)
        if isS3 {
            bytes.append(contentsOf: path.utf8)
        } else {
            PercentEncoding.append(path, keepingSlashes: true, to: &bytes)
        }
        bytes.append(newLine)
        bytes.append(contentsOf: canonicalQuery(query).utf8)
        bytes.append(newLine)
        bytes.append(contentsOf: headers.lines)
        bytes.append(newLine)
        bytes.append(contentsOf: headers.names.utf8)
        bytes.append(newLine)
        bytes.append(contentsOf: payload.utf8)
        return bytes
    }

    private func signature(of canonicalRequest: [UInt8], at date: SigningDate) -> String {
        var code = key(for: date.day)
        code.update(Array("AWS4-HMAC-SHA256\n\(date.text)\n\(scope(date))\n".utf8))
        code.update(Array(hexadecimal(SHA256.hash(canonicalRequest)).utf8))
        return hexadecimal(code.finalize())
    }

    private func key(for day: String) -> HMACSHA256 {
        dayKey.withLock { cached in
            if let cached, cached.day == day { return cached.key }
            var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
            for part in [day, region, service, "aws4_request"] {
                key = HMACSHA256.authenticate(key: key, message: Array(part.utf8))
            }
            let code = HMACSHA256(key: key)
            cached = (day, code)
            return code
        }
    }
}
