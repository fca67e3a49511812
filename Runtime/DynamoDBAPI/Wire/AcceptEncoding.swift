/// Which compression a client would have, as DynamoDB reads its header `Accept-Encoding`.
///
/// That is not quite as RFC 9110 (section 12.5.3) has it: `identity` counts for nothing, the first `q=` of an element
/// decides, even at the end of another name, and a weight that is no number is 1.
///
/// - Note: Source: what ScyllaDB's test/alternator/test_compressed_response.py records of DynamoDB.
extension ContentEncoding {
    /// The encoding of the greatest weight, of two alike the first; nil for none.
    static func accepted(by header: String) -> ContentEncoding? {
        var best: (encoding: ContentEncoding?, weight: Double) = (nil, 0)
        var named: Set<ContentEncoding> = []
        var weightOfRest = 0.0
        for element in header.split(separator: ",") {
            let parts = element.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            let name = trimmed(parts[0]).lowercased()
            let weight = parts.count > 1 ? weight(parts[1]) : 1
            if name == "*" { weightOfRest = weight }
            guard let encoding = ContentEncoding(rawValue: name) else { continue }
            named.insert(encoding)
            if weight > best.weight { best = (encoding, weight) }
        }
        guard weightOfRest > best.weight, let other = [gzip, deflate].first(where: { !named.contains($0) }) else {
            return best.encoding
        }
        return other
    }

    private static func weight(_ parameters: Substring) -> Double {
        var rest = parameters
        while !rest.isEmpty, !rest.hasPrefix("q=") { rest.removeFirst() }
        guard let weight = Double(String(trimmed(rest.dropFirst(2).prefix { $0 != ";" }))) else { return 1 }
        return min(weight, 1)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension DynamoDBResponse {
    /// Shorter answers go as they are.
    private static let compressedBodyBytesMin = 4_097

    /// Whether the answer is compressed for a client that asks for it.
    package var isCompressible: Bool { body.count >= Self.compressedBodyBytesMin }

    /// The answer compressed; ``crc32`` is then that of the compressed bytes, which is what clients hold it against.
    ///
    /// - Parameter header: the request's first header `Accept-Encoding`: of several DynamoDB looks at no other.
    /// - Returns: nil if the client asks for no compression that DynamoDB has; else also the `Content-Encoding`.
    /// - Note: Source of the checksum: github.com/smithy-lang/smithy-kotlin, issue 158.
    package func compressed(accepting header: String) -> (response: DynamoDBResponse, encoding: String)? {
        guard isCompressible, let encoding = ContentEncoding.accepted(by: header) else { return nil }
        return (DynamoDBResponse(status: status, body: encoding.encoded(body)), encoding.rawValue)
    }
}
