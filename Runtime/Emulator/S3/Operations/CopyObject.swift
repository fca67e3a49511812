import Items
import NIOCore
import NIOHTTP1

extension S3 {
    /// The version that `x-amz-copy-source` names: `<bucket>/<key>`, encoded, with `?versionId=` perhaps.
    func copySource(_ request: S3Request) throws(S3Fault) -> ObjectVersion {
        let header = request.header("x-amz-copy-source") ?? ""
        let malformed = S3Fault.invalidArgument(
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", name: "x-amz-copy-source",
            value: header)
        let mark = "?versionId="
        let end = header.firstRange(of: mark)
        let id = end.map { String(header[$0.upperBound...]) }
        // Clients differ: some encode the slash too.
        guard let path = PercentText.decoded(end.map { header[..<$0.lowerBound] } ?? header[...], plusIsSpace: true)
        else { throw malformed }
        let parts = path.drop { $0 == "/" }.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { throw malformed }
        let bucket = try store.bucket(String(parts[0]))
        let key = ObjectKey(String(parts[1]))
        do throws(S3Fault) {
            return try version(key, id: id, in: bucket)
        } catch  where error.code == "MethodNotAllowed" {
            throw .invalidRequest(
                "The source of a copy request may not specifically refer to a delete marker by version id.")
        }
    }

    func copyObject(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) {
        let bucket = try bucket(request)
        let key = try key(request)
        guard !hasGrants(request) else { throw Self.noACLs }
        let source = try copySource(request)
        try authorize(reading: source, request, exchange)
        try Conditions.check(source: source, request.headers)
        guard source.size <= S3Quotas.putBytesMax else {
            throw .invalidRequest(
                "The specified copy source is larger than the maximum allowable size for a copy source: "
                    + "\(S3Quotas.putBytesMax)")
        }
        let replacesMetadata = try directive("x-amz-metadata-directive", request)
        let replacesTags = try directive("x-amz-tagging-directive", request)
        let own = try ObjectAttributes(request.headers)
        let isItself = source.bucket == bucket.name && source.key == key && source.id == bucket.latest(key)?.id
        guard !isItself || replacesMetadata || own.storageClass != source.attributes.storageClass else {
            throw .invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                    + "object's metadata, storage class, website redirect location or encryption attributes.")
        }
        var attributes = replacesMetadata ? own : source.attributes
        attributes.storageClass = own.storageClass
        let tags = replacesTags ? try ObjectTag.read(header: request.header("x-amz-tagging")) : source.tags
        let algorithm =
            try checksumAlgorithm(request) ?? source.checksum?.algorithm ?? .crc64NVMe
        digests(of: source, algorithm) { [self] result in
            do throws(S3Fault) {
                let (md5, checksum) = try result.get()
                try Conditions.check(write: request.headers, key: key, current: bucket.current(key))
                let version = ObjectVersion(
                    bucket: bucket.name, key: key, sequence: store.nextSequence(), id: newVersionID(in: bucket),
                    modified: host.clock.now, etag: md5.hexadecimalText, segments: source.segments,
                    checksum: checksum, attributes: attributes, tags: tags)
                store.add(version, to: bucket)
                notify(.copy, version, in: bucket, exchange)
                exchange.answer(
                    .success(copyAnswer("CopyObjectResult", version, source, bucket)), in: host.journal)
            } catch {
                exchange.answer(.failure(error), in: host.journal)
            }
        }
    }

    /// - Returns: whether it says `REPLACE`.
    private func directive(_ name: String, _ request: S3Request) throws(S3Fault) -> Bool {
        switch request.header(name) {
        case nil, "COPY"?: return false
        case "REPLACE"?: return true
        case let other?: throw .invalidArgument("Unknown metadata directive.", name: name, value: other)
        }
    }

    func checksumAlgorithm(_ request: S3Request) throws(S3Fault) -> Checksum.Algorithm? {
        guard let name = request.header("x-amz-checksum-algorithm") else { return nil }
        guard let algorithm = Checksum.Algorithm(rawValue: name.uppercased()) else {
            throw .invalidRequest(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, "
                    + "CRC32C, CRC64NVME, SHA1, SHA256]")
        }
        return algorithm
    }

    /// Those of the version's whole content: known, if it was put as one with that checksum; else the content is read.
    private func digests(
        of version: ObjectVersion, _ algorithm: Checksum.Algorithm,
        _ done: @escaping (Result<([UInt8], Checksum), S3Fault>) -> Void
    ) {
        if version.parts.isEmpty, let checksum = version.checksum, checksum.algorithm == algorithm,
            let md5 = Self.bytes(hexadecimal: version.etag)
        {
            return done(.success((md5, checksum)))
        }
        read(version.segments, algorithm, done)
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32, text.utf8.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Reads contents for their digests, on another thread; they stay meanwhile.
    private func read(
        _ segments: [ObjectSegment], _ algorithm: Checksum.Algorithm,
        _ done: @escaping (Result<([UInt8], Checksum), S3Fault>) -> Void
    ) {
        store.retain(segments)
        let files = store.files
        onAnotherThread { () throws(S3Fault) -> ([UInt8], Checksum) in
            var digests = ContentDigests(algorithm: algorithm, withSHA256: false)
            do throws(ObjectFiles.SystemFailure) {
                try files.read(segments) { digests.update($0) }
            } catch {
                throw S3Fault("InternalError", .internalServerError, error.description)
            }
            return (digests.md5Bytes, Checksum(algorithm: algorithm, value: digests.checksumText ?? ""))
        } then: { [self] result in
            done(result)
            store.release(segments)
        }
    }

    private func copyAnswer(
        _ root: String, _ version: ObjectVersion, _ source: ObjectVersion, _ bucket: S3Bucket
    ) -> HTTPResponse {
        var headers = [("x-amz-server-side-encryption", "AES256")]
        if bucket.versioning != nil { headers.append(("x-amz-version-id", version.id)) }
        if source.id != ObjectVersion.nullID || store.buckets[source.bucket]?.versioning != nil {
            headers.append(("x-amz-copy-source-version-id", source.id))
        }
        return Self.xml(
            XMLWriter.document(root) { writer in
                writer.element("ETag", "\"\(version.etag)\"")
                writer.element("LastModified", S3Text.instant(version.modified))
                if let checksum = version.checksum {
                    writer.element("ChecksumType", checksum.typeName)
                    writer.element(checksum.algorithm.elementName, checksum.value)
                }
            }, headers)
    }

    // MARK: Parts

    func uploadPartCopy(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) {
        let bucket = try bucket(request)
        let key = try key(request)
        let upload = try store.upload(request.query["uploadId"] ?? "", bucket: bucket.name, key: key)
        let number = try partNumber(request)
        let source = try copySource(request)
        try authorize(reading: source, request, exchange)
        try Conditions.check(source: source, request.headers)
        let range = try copyRange(request, of: source)
        let segments = source.segments.slice(range)
        read(segments, upload.partAlgorithm) { [self] result in
            do throws(S3Fault) {
                let (md5, checksum) = try result.get()
                let part = UploadedPart(
                    number: number, md5: md5, modified: host.clock.now, segments: segments, checksum: checksum)
                _ = try store.upload(upload.id, bucket: bucket.name, key: key)
                store.add(part, to: upload)
                var headers: [(String, String)] = []
                if source.id != ObjectVersion.nullID { headers = [("x-amz-copy-source-version-id", source.id)] }
                let text = XMLWriter.document("CopyPartResult") { writer in
                    writer.element("ETag", "\"\(part.etag)\"")
                    writer.element("LastModified", S3Text.instant(part.modified))
                    if upload.algorithm != nil { writer.element(checksum.algorithm.elementName, checksum.value) }
                }
                exchange.answer(.success(Self.xml(text, headers)), in: host.journal)
            } catch {
                exchange.answer(.failure(error), in: host.journal)
            }
        }
    }

    private func copyRange(_ request: S3Request, of source: ObjectVersion) throws(S3Fault) -> Range<Int> {
        guard let header = request.header("x-amz-copy-source-range") else { return 0..<source.size }
        guard case .from(let first, let last?)? = ByteRange(header) else {
            throw .invalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                    + "zero-based offsets of the first and last bytes to copy", name: "x-amz-copy-source-range",
                value: header)
        }
        guard last < source.size else {
            throw S3Fault(
                "InvalidArgument", .badRequest,
                "Range specified is not valid for source object of size: \(source.size)",
                [("ArgumentName", "x-amz-copy-source-range"), ("ArgumentValue", header)])
        }
        return first..<last + 1
    }
}
