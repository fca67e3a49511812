import NIOCore
import NIOHTTP1

/// Makes what takes contents in.
struct ObjectUploads: Sendable {
    let files: ObjectFiles
    let keys: AccessKeys

    /// Larger bodies, and those that do not say how large they are, go to their file as they come.
    private static let collectedBytesMax = 65_536

    /// What is to take the body of a request that begins so; nil if it may be collected.
    func sink(for head: HTTPRequestHead) -> (any HTTPBodySink)? {
        guard head.method == .PUT, isLarge(head.headers), S3Address.isCertain(uri: head.uri, headers: head.headers)
        else { return nil }
        let parts = head.uri.split(separator: "?", maxSplits: 1)
        let http = HTTPRequest(
            method: head.method, path: String(parts.first ?? "/"), query: parts.count > 1 ? String(parts[1]) : "",
            headers: head.headers, body: ByteBuffer(), isBodyCut: false)
        // The answer to what is wrong with it comes later.
        guard let request = try? S3Request(http), let operation = try? S3Operation(request), operation.takesContent
        else { return nil }
        return upload(for: request)
    }

    private func isLarge(_ headers: HTTPHeaders) -> Bool {
        guard let length = headers.first(name: "Content-Length").flatMap({ Int($0) }) else { return true }
        return length > Self.collectedBytesMax
    }

    func upload(for request: S3Request) -> ObjectUpload {
        do throws(S3Fault) {
            let signature = try S3Signature(query: request.query, headers: request.headers)
            var expectation = try BodyExpectation(request.headers)
            expectation.withCRC64 = request.query.has("uploadId")
            return ObjectUpload(
                files: files, expectation: expectation,
                signatures: signature?.chunkSignatures(keys))
        } catch {
            return ObjectUpload(files: files, expectation: BodyExpectation(), signatures: nil, failure: error)
        }
    }
}
