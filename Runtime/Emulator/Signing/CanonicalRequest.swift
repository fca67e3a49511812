import Crypto
import NIOHTTP1

/// A request in the one form that both sides sign.
///
/// - Note: Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request", steps 1 and 2.
struct CanonicalRequest {
    let text: String

    init(_ request: HTTPRequest, signedHeaders: [String]) {
        // A client that sends the digest itself may leave the body out of the signature.
        let digest = request.headers.first(name: "X-Amz-Content-Sha256") ?? Self.digest(request.bodyBytes)
        self.init(
            method: request.method, path: Self.path(request.path), query: Self.query(request.query),
            headers: request.headers, signedHeaders: signedHeaders, digest: digest)
    }

    /// As S3 signs, which does not encode the path a second time, and takes the digest of the body from the client.
    ///
    /// - Parameter path: with the query as it came.
    init(
        s3 method: HTTPMethod, path: String, query: String, headers: HTTPHeaders, signedHeaders: [String],
        digest: String
    ) {
        let path = path.isEmpty ? "/" : Self.encoded(Self.decoded(path[...]), keeping: [UInt8(ascii: "/")])
        self.init(
            method: method, path: path, query: Self.query(query), headers: headers, signedHeaders: signedHeaders,
            digest: digest)
    }

    private init(
        method: HTTPMethod, path: String, query: String, headers: HTTPHeaders, signedHeaders: [String],
        digest: String
    ) {
        let names = signedHeaders.sorted()
        let lines = names.map { name in
            let values = headers[name].map(Self.folded).joined(separator: ",")
            return "\(name):\(values)\n"
        }
        text = [
            method.rawValue, path, query, lines.joined(), names.joined(separator: ";"), digest,
        ].joined(separator: "\n")
    }

    /// SHA-256 in lower-case hexadecimal.
    static func digest(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimalText }

    /// No space around the value, and one at most within.
    private static func folded(_ value: String) -> String {
        value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    /// Encoded once more than on the wire, as for every service but S3.
    private static func path(_ path: String) -> String {
        path.isEmpty ? "/" : encoded(Array(path.utf8), keeping: [UInt8(ascii: "/")])
    }

    private static func query(_ query: String) -> String {
        let pairs = pairs(query).map { (name: encoded($0.name), value: encoded($0.value)) }
        // A signature can't cover itself.
        return pairs.filter { $0.name != "X-Amz-Signature" }.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map {
            "\($0.name)=\($0.value)"
        }
        .joined(separator: "&")
    }

    /// The parameters of a query, decoded, in their order.
    static func pairs(_ query: String) -> [(name: [UInt8], value: [UInt8])] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : [])
        }
    }

    private static func encoded(_ bytes: [UInt8], keeping kept: Set<UInt8> = []) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.append(byte)
            case _ where kept.contains(byte): text.append(byte)
            default: text += Array("%\([byte].hexadecimalText.uppercased())".utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decoded(_ text: Substring) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
                let byte = UInt8(String(decoding: bytes[position + 1...position + 2], as: UTF8.self), radix: 16)
            {
                result.append(byte)
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }
}
