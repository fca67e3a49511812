import Crypto
import Items
import NIOHTTP1
import Time

/// The older signature in the query of a presigned URL (version 2), which boto3 makes unless it is told otherwise.
///
/// - Note: Source: Amazon S3 API Reference, "Authenticating requests (AWS Signature Version 2)", "Query string request
///   authentication alternative".
enum S3SignatureV2 {
    /// The items of a query that are signed with the path.
    private static let signedItems: Set<String> = [
        "accelerate", "acl", "cors", "delete", "lifecycle", "location", "logging", "notification", "partNumber",
        "policy", "replication", "requestPayment", "response-cache-control", "response-content-disposition",
        "response-content-encoding", "response-content-language", "response-content-type", "response-expires",
        "restore", "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions",
        "website", "analytics", "metrics", "inventory", "select", "select-type", "object-lock", "defaultObjectAcl",
    ]

    static func isPresent(_ query: S3Query) -> Bool { query.has("AWSAccessKeyId") && query.has("Signature") }

    static func check(
        _ request: S3Request, keys: AccessKeys, now: Timestamp
    ) throws(S3Fault) {
        let query = request.query
        guard let key = query["AWSAccessKeyId"], let signature = query["Signature"], let expires = query["Expires"]
        else {
            throw .accessDenied(
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
        }
        guard let seconds = Int64(expires) else {
            throw .accessDenied("Invalid date (should be seconds since epoch): \(expires)")
        }
        guard now < Timestamp(seconds: seconds) else {
            throw S3Signature.expired(at: Timestamp(seconds: seconds), now: now)
        }
        guard let known = keys.credentials(of: key) else { return }
        let text = stringToSign(request, expires: expires)
        guard Base64.bytes(of: signature) == authenticate(text, secret: known.secret) else {
            throw S3Signature.mismatch(accessKey: key, stringToSign: text, signature: signature)
        }
    }

    static func authenticate(_ text: String, secret: String) -> [UInt8] {
        Array(
            HMAC<Insecure.SHA1>.authenticationCode(
                for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8))))
    }

    private static func stringToSign(
        _ request: S3Request, expires: String
    ) -> String {
        // Those that the query brings included.
        let (query, headers) = (request.query, request.headers)
        let path = request.http.path
        let standard = ["Content-MD5", "Content-Type"].map { headers.first(name: $0) ?? query[$0.lowercased()] ?? "" }
        let custom = Set(headers.map { $0.name.lowercased() }.filter { $0.hasPrefix("x-amz-") }).sorted()
            .map { name in "\(name):\(headers[name].joined(separator: ","))" }
        var resource = request.address.isVirtualHosted ? "/\(request.address.bucket ?? "")\(path)" : path
        let items = query.names.filter(signedItems.contains).sorted().map { name in
            query[name].map { $0.isEmpty ? name : "\(name)=\($0)" } ?? name
        }
        if !items.isEmpty { resource += "?" + items.joined(separator: "&") }
        return ([request.method.rawValue] + standard + [expires] + custom + [resource]).joined(separator: "\n")
    }
}
