package import NIOHTTP1

/// The bucket and the key that a request is for.
package struct S3Address: Hashable, Sendable {
    /// nil for the service itself.
    package var bucket: String?
    /// nil for the bucket.
    package var key: String?
    /// Whether the host names the bucket, and not the path.
    package var isVirtualHosted: Bool

    /// `https://<bucket>.s3.<region>.…/<key>`, `http://<bucket>.localhost/<key>` or `…/<bucket>/<key>`.
    ///
    /// - Parameter path: percent-encoded.
    /// - Returns: nil if the path is no UTF-8.
    package init?(host: String?, path: String) {
        guard let decoded = PercentText.decoded(path, plusIsSpace: false) else { return nil }
        let path = decoded.dropFirst()
        if let bucket = host.flatMap(Self.bucket(ofHost:)) {
            self.bucket = bucket
            key = path.isEmpty ? nil : String(path)
            isVirtualHosted = true
            return
        }
        isVirtualHosted = false
        let slash = path.firstIndex(of: "/")
        let name = slash.map { path[..<$0] } ?? path
        bucket = name.isEmpty ? nil : String(name)
        let rest = slash.map { path[path.index(after: $0)...] } ?? ""
        key = rest.isEmpty ? nil : String(rest)
    }

    /// - Note: Source: Amazon S3 User Guide, "Virtual hosting of general purpose buckets"; names below `localhost` are
    ///   this machine's own (RFC 6761, section 6.3).
    private static func bucket(ofHost host: String) -> String? {
        let name = String(host.split(separator: ":", maxSplits: 1).first ?? "").lowercased()
        guard name.hasSuffix(".localhost") || name.hasSuffix(".amazonaws.com") else { return nil }
        let labels = name.split(separator: ".").map(String.init)
        // The last: a bucket's own name may have such a part.
        if let mark = labels.lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }) {
            return mark == 0 ? nil : labels[..<mark].joined(separator: ".")
        }
        return labels.count == 2 && labels[1] == "localhost" ? labels[0] : nil
    }

    /// Whether a request says itself that it is for S3: by the scope of its signature, or by its host.
    ///
    /// - Parameter uri: path and query, percent-encoded.
    package static func isCertain(uri: String, headers: HTTPHeaders) -> Bool {
        if let authorization = headers.first(name: "Authorization") {
            // `AWS <key>:<signature>` is version 2, which S3 alone understood.
            return authorization.contains("/s3/aws4_request") || authorization.hasPrefix("AWS ")
        }
        if let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) {
            let query = uri[mark...]
            if query.contains("X-Amz-Credential=") {
                return query.contains("%2Fs3%2Faws4_request") || query.contains("/s3/aws4_request")
            }
            if query.contains("AWSAccessKeyId=") { return true }
        }
        guard let host = headers.first(name: "Host") else { return false }
        return host.split(separator: ".").dropLast().contains { $0 == "s3" || $0.hasPrefix("s3-") }
    }
}
