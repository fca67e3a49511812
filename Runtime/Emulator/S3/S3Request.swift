import NIOCore
import NIOHTTP1
import Routing

/// A request for S3, taken apart.
struct S3Request {
    let http: HTTPRequest
    let address: S3Address
    let query: S3Query
    /// What has the body of a request that puts content.
    var upload: ObjectUpload?

    /// Those of the request, and what a presigned URL has in its query in the place of `x-amz-…` headers.
    let headers: HTTPHeaders

    var method: HTTPMethod { http.method }
    func header(_ name: String) -> String? { headers.first(name: name) }

    /// - Throws: `S3Fault` if the path is no UTF-8.
    init(_ http: HTTPRequest) throws(S3Fault) {
        guard let address = S3Address(host: http.headers.first(name: "Host"), path: http.path) else {
            throw S3Fault("InvalidURI", .badRequest, "Couldn't parse the specified URI.")
        }
        self.http = http
        self.address = address
        query = S3Query(http.query)
        upload = http.sink as? ObjectUpload
        var headers = http.headers
        for (name, value) in query.headers where !headers.contains(name: name) { headers.add(name: name, value: value) }
        self.headers = headers
    }

    /// The body's root element.
    ///
    /// - Throws: `MalformedXML`, also if the root has another name.
    func xml(_ root: String) throws(S3Fault) -> XMLElement {
        guard http.body.readableBytes <= S3Quotas.xmlBytesMax else { throw .malformedXML }
        let element: XMLElement
        do { element = try XMLReader.read(http.bodyBytes) } catch { throw .malformedXML }
        guard element.name == root else { throw .malformedXML }
        return element
    }
}

/// A query's items, decoded.
struct S3Query {
    private let items: [(name: String, value: String)]

    init(_ query: String) {
        items = PercentEncoding.pairs(ofQuery: query)
    }

    /// nil if there is none; empty for a name alone.
    subscript(_ name: String) -> String? { items.first { $0.name == name }?.value }

    func has(_ name: String) -> Bool { self[name] != nil }

    /// The items of a presigned URL that are headers otherwise; none of another request.
    var headers: [(name: String, value: String)] {
        guard has("X-Amz-Algorithm") || has("AWSAccessKeyId") else { return [] }
        let own = [
            "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders",
            "x-amz-signature", "x-amz-security-token", "x-amz-content-sha256",
        ]
        let isVersion2 = has("AWSAccessKeyId")
        return items.filter { item in
            let name = item.name.lowercased()
            return name.hasPrefix("x-amz-") && (isVersion2 || !own.contains(name))
        }
    }

    /// Names in the order of the query.
    var names: [String] { items.map(\.name) }

    /// - Throws: `InvalidArgument` if it is there and no whole number of the range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(S3Fault) -> Int? {
        guard let text = self[name], !text.isEmpty else { return nil }
        guard let value = Int(text) else {
            throw .invalidArgument("Provided \(name) not an integer or within integer range", name: name, value: text)
        }
        guard range.contains(value) else {
            throw .invalidArgument(
                "Argument \(name) must be an integer between \(range.lowerBound) and \(range.upperBound)", name: name,
                value: text)
        }
        return value
    }
}
