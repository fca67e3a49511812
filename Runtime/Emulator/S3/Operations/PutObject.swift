import NIOCore
import NIOHTTP1

extension S3 {
    /// The id of what is put next.
    func newVersionID(in bucket: S3Bucket) -> String {
        guard bucket.versioning == .enabled else { return ObjectVersion.nullID }
        return host.identifiers.token() + host.identifiers.token()
    }

    func putObject(
        _ content: StoredContent, _ request: S3Request, _ exchange: S3Exchange
    ) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let key = try key(request)
        guard !hasGrants(request) else { throw Self.noACLs }
        try Conditions.check(write: request.headers, key: key, current: bucket.current(key))
        if let offset = request.header("x-amz-write-offset-bytes") {
            throw .notImplemented("x-amz-write-offset-bytes: \(offset)")
        }
        let version = ObjectVersion(
            bucket: bucket.name, key: key, sequence: store.nextSequence(), id: newVersionID(in: bucket),
            modified: host.clock.now, etag: content.md5.hexadecimalText, segments: content.segments,
            checksum: content.checksum, attributes: try ObjectAttributes(request.headers),
            tags: try ObjectTag.read(header: request.header("x-amz-tagging")))
        store.add(version, to: bucket)
        notify(.put, version, in: bucket, exchange)
        return HTTPResponse(.ok, headers: storedHeaders(version))
    }

    /// What is told of a version that was just made.
    func storedHeaders(_ version: ObjectVersion) -> [(String, String)] {
        var headers = [("ETag", "\"\(version.etag)\""), ("x-amz-server-side-encryption", "AES256")]
        if version.id != ObjectVersion.nullID { headers.append(("x-amz-version-id", version.id)) }
        if let checksum = version.checksum {
            headers.append((checksum.algorithm.headerName, checksum.value))
            headers.append(("x-amz-checksum-type", checksum.typeName))
        }
        return headers
    }
}
