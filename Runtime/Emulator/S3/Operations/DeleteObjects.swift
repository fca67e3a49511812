import NIOCore
import NIOHTTP1

extension S3 {
    /// What a deletion did.
    private struct Deletion {
        /// The id of the delete marker that was made, or that was deleted.
        var marker: String?
        var versionID: String?
    }

    func deleteObject(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let key = try key(request)
        if let match = request.header("If-Match"), bucket.current(key) != nil || match != "*" {
            try Conditions.check(write: request.headers, key: key, current: bucket.current(key))
        }
        let deletion = try delete(key, request.query["versionId"], in: bucket, exchange)
        var headers: [(String, String)] = []
        if deletion.marker != nil { headers.append(("x-amz-delete-marker", "true")) }
        if let id = deletion.versionID { headers.append(("x-amz-version-id", id)) }
        return HTTPResponse(.noContent, headers: headers)
    }

    private func delete(
        _ key: ObjectKey, _ id: String?, in bucket: S3Bucket, _ exchange: S3Exchange
    ) throws(S3Fault) -> Deletion {
        if let id {
            guard let version = bucket.version(key, id) else {
                // Versions are opaque to clients: one that is no id at all is refused, one that is gone is gone.
                guard id == ObjectVersion.nullID || id.utf8.count == 32 else {
                    throw .invalidArgument("Invalid version id specified", name: "versionId", value: id)
                }
                return Deletion(versionID: id)
            }
            store.remove(version, from: bucket)
            notify(.delete, deleted: key, version: id, in: bucket, exchange)
            return Deletion(marker: version.isDeleteMarker ? id : nil, versionID: id)
        }
        guard bucket.versioning != nil else {
            if let version = bucket.latest(key) {
                store.remove(version, from: bucket)
                notify(.delete, deleted: key, version: nil, in: bucket, exchange)
            }
            return Deletion()
        }
        let marker = ObjectVersion(
            bucket: bucket.name, key: key, sequence: store.nextSequence(), id: newVersionID(in: bucket),
            isDeleteMarker: true, modified: host.clock.now)
        store.add(marker, to: bucket)
        notify(.deleteMarkerCreated, marker, in: bucket, exchange)
        return Deletion(marker: marker.id, versionID: marker.id)
    }

    func deleteObjects(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        try checkDigests(request)
        let root = try request.xml("Delete")
        let objects = root.all("Object")
        guard !objects.isEmpty, objects.count <= S3Quotas.deletedAtOnceMax else { throw .malformedXML }
        let isQuiet = root.text("Quiet")?.lowercased() == "true"
        var writer = XMLWriter()
        writer.element("DeleteResult") { writer in
            for object in objects {
                let key = object.text("Key") ?? ""
                let id = object.text("VersionId").flatMap { $0.isEmpty ? nil : $0 }
                do throws(S3Fault) {
                    guard !key.isEmpty else { throw .malformedXML }
                    guard key.utf8.count <= S3Quotas.keyBytesMax else { throw .keyTooLong }
                    let action = id == nil ? "s3:DeleteObject" : "s3:DeleteObjectVersion"
                    try authorize([(action, "\(bucket.arn)/\(key)")], exchange.call.caller)
                    if let etag = object.text("ETag") {
                        try Conditions.check(
                            write: ["If-Match": etag], key: ObjectKey(key), current: bucket.current(ObjectKey(key)))
                    }
                    let deletion = try delete(ObjectKey(key), id, in: bucket, exchange)
                    if !isQuiet { Self.write(deletion, of: key, version: id, &writer) }
                } catch {
                    writer.element("Error") { writer in
                        writer.element("Key", key)
                        writer.element(ifPresent: "VersionId", id)
                        writer.element("Code", error.code)
                        writer.element("Message", error.message)
                    }
                }
            }
        }
        return Self.xml(writer.text)
    }

    private static func write(_ deletion: Deletion, of key: String, version: String?, _ writer: inout XMLWriter) {
        writer.element("Deleted") { writer in
            writer.element("Key", key)
            writer.element(ifPresent: "VersionId", version)
            if let marker = deletion.marker {
                writer.element("DeleteMarker", true)
                writer.element("DeleteMarkerVersionId", marker)
            }
        }
    }

    /// Holds a small body against the digests that the request gives of it.
    private func checkDigests(_ request: S3Request) throws(S3Fault) {
        let expectation = try BodyExpectation(request.headers)
        guard !expectation.isChunked else { throw .notImplemented("aws-chunked") }
        var digests = ContentDigests(algorithm: expectation.algorithm, withSHA256: false)
        request.http.body.withUnsafeReadableBytes { digests.update($0) }
        if let md5 = expectation.md5, md5 != digests.md5Bytes { throw .badDigest("Content-MD5") }
        if let checksum = expectation.checksum, checksum != digests.checksumText {
            throw .badDigest(expectation.algorithm.rawValue)
        }
    }
}
