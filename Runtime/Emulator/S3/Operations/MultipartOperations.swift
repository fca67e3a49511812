import Crypto
import struct Digest.CyclicRedundancyCheck
import Items
import NIOCore
import NIOHTTP1

// Uploads in parts.
//
// - Note: Source: Amazon S3 User Guide, "Uploading and copying objects using multipart upload"; Amazon S3 API
//   Reference, CompleteMultipartUpload.
extension S3 {
    func createMultipartUpload(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let key = try key(request)
        guard !hasGrants(request) else { throw Self.noACLs }
        let algorithm = try checksumAlgorithm(request)
        let isComposite: Bool
        switch (request.header("x-amz-checksum-type"), algorithm) {
        case ("COMPOSITE"?, .crc64NVMe?), ("FULL_OBJECT"?, .sha1?), ("FULL_OBJECT"?, .sha256?):
            throw .invalidRequest(
                "The \(request.header("x-amz-checksum-type") ?? "") checksum type cannot be used with the "
                    + "\(algorithm?.rawValue.lowercased() ?? "") checksum algorithm.")
        case (let type?, nil):
            guard type == "FULL_OBJECT" else {
                throw .invalidRequest(
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
            }
            isComposite = false
        case (let type, let algorithm):
            isComposite = type.map { $0 == "COMPOSITE" } ?? (algorithm != nil && algorithm != .crc64NVMe)
        }
        let upload = MultipartUpload(
            id: host.identifiers.token() + host.identifiers.token(), bucket: bucket.name, key: key,
            initiated: host.clock.now, attributes: try ObjectAttributes(request.headers),
            tags: try ObjectTag.read(header: request.header("x-amz-tagging")), algorithm: algorithm,
            isComposite: isComposite)
        store.add(upload)
        var headers = [("x-amz-server-side-encryption", "AES256")]
        if let algorithm {
            headers.append(("x-amz-checksum-algorithm", algorithm.rawValue))
            headers.append(("x-amz-checksum-type", isComposite ? "COMPOSITE" : "FULL_OBJECT"))
        }
        return Self.xml(
            XMLWriter.document("InitiateMultipartUploadResult") { writer in
                writer.element("Bucket", bucket.name)
                writer.element("Key", key.text)
                writer.element("UploadId", upload.id)
            }, headers)
    }

    func partNumber(_ request: S3Request) throws(S3Fault) -> Int {
        let text = request.query["partNumber"] ?? ""
        guard let number = Int(text), (1...S3Quotas.partsMax).contains(number) else {
            throw .invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", name: "partNumber", value: text)
        }
        return number
    }

    func uploadPart(_ content: StoredContent, _ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let upload = try store.upload(request.query["uploadId"] ?? "", bucket: bucket.name, key: try key(request))
        let number = try partNumber(request)
        if let algorithm = upload.algorithm, algorithm != content.checksum.algorithm {
            let actual = Self.namesChecksum(request) ? content.checksum.algorithm.rawValue.lowercased() : "null"
            throw .invalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: \(algorithm.rawValue.lowercased()), actual "
                    + "checksum Type: \(actual)")
        }
        let part = UploadedPart(
            number: number, md5: content.md5, modified: host.clock.now, segments: content.segments,
            checksum: upload.algorithm == nil ? content.crc64 ?? content.checksum : content.checksum)
        store.add(part, to: upload)
        return HTTPResponse(
            .ok,
            headers: [
                ("ETag", "\"\(part.etag)\""), ("x-amz-server-side-encryption", "AES256"),
                (content.checksum.algorithm.headerName, content.checksum.value),
            ])
    }

    private static func namesChecksum(_ request: S3Request) -> Bool {
        request.headers.contains { $0.name.lowercased().hasPrefix("x-amz-checksum-") }
            || request.headers.contains(name: "x-amz-trailer")
    }

    func abortMultipartUpload(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        store.remove(try store.upload(request.query["uploadId"] ?? "", bucket: bucket.name, key: try key(request)))
        return HTTPResponse(.noContent)
    }

    // MARK: Completion

    func completeMultipartUpload(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let key = try key(request)
        let id = request.query["uploadId"] ?? ""
        let root = try request.xml("CompleteMultipartUpload")
        guard let upload = store.uploads[id] else {
            // A client that lost the answer asks again.
            if let version = bucket.current(key), version.uploadID == id {
                return completeAnswer(version, bucket)
            }
            throw .noSuchUpload(id)
        }
        _ = try store.upload(id, bucket: bucket.name, key: key)
        let parts = try parts(named: root, in: upload)
        try Conditions.check(write: request.headers, key: key, current: bucket.current(key))
        let checksum = try checksum(of: parts, upload, request)
        let size = parts.reduce(0) { $0 + $1.size }
        if let text = request.header("x-amz-mp-object-size"), Int(text) != size {
            throw .invalidRequest(
                "The provided 'x-amz-mp-object-size' header value \(text) does not match what was computed: \(size)")
        }
        guard size <= S3Quotas.objectBytesMax else { throw .entityTooLarge }
        let version = ObjectVersion(
            bucket: bucket.name, key: key, sequence: store.nextSequence(), id: newVersionID(in: bucket),
            modified: host.clock.now,
            etag: Insecure.MD5.hash(data: parts.flatMap(\.md5)).hexadecimalText + "-\(parts.count)",
            segments: parts.flatMap(\.segments), checksum: checksum,
            parts: parts.map {
                ObjectVersion.Part(
                    number: $0.number, size: $0.size, checksum: upload.algorithm == nil ? nil : $0.checksum.value)
            }, attributes: upload.attributes, tags: upload.tags, uploadID: id)
        store.add(version, to: bucket)
        store.remove(upload)
        notify(.completeMultipartUpload, version, in: bucket, exchange)
        return completeAnswer(version, bucket)
    }

    private func completeAnswer(_ version: ObjectVersion, _ bucket: S3Bucket) -> HTTPResponse {
        var headers = [("x-amz-server-side-encryption", "AES256")]
        if version.id != ObjectVersion.nullID { headers.append(("x-amz-version-id", version.id)) }
        return Self.xml(
            XMLWriter.document("CompleteMultipartUploadResult") { writer in
                writer.element(
                    "Location", "\(host.endpoint)/\(bucket.name)/\(PercentText.path(version.key.text))")
                writer.element("Bucket", bucket.name)
                writer.element("Key", version.key.text)
                writer.element("ETag", "\"\(version.etag)\"")
                if let checksum = version.checksum {
                    writer.element(checksum.algorithm.elementName, checksum.value)
                    writer.element("ChecksumType", checksum.typeName)
                }
            }, headers)
    }

    /// The parts that the client names, held against those that are there.
    private func parts(named root: XMLElement, in upload: MultipartUpload) throws(S3Fault) -> [UploadedPart] {
        let named = root.all("Part")
        guard !named.isEmpty, named.count <= S3Quotas.partsMax else { throw .malformedXML }
        var parts: [UploadedPart] = []
        for element in named {
            guard let number = element.text("PartNumber").flatMap({ Int($0) }), let etag = element.text("ETag") else {
                throw .malformedXML
            }
            if let last = parts.last, last.number >= number {
                throw S3Fault(
                    "InvalidPartOrder", .badRequest,
                    "The list of parts was not in ascending order. Parts must be ordered by part number.",
                    [("UploadId", upload.id)])
            }
            guard let part = upload.parts[number], part.etag == etag.filter({ $0 != "\"" }).lowercased() else {
                throw invalidPart(upload, number, etag)
            }
            let name = part.checksum.algorithm.elementName
            if let checksum = element.text(name), checksum != part.checksum.value {
                throw invalidPart(upload, number, etag)
            }
            if upload.isComposite, element.text(name) == nil {
                throw .invalidRequest(
                    "The upload was created using a \(part.checksum.algorithm.rawValue.lowercased()) checksum. The "
                        + "complete request must include the checksum for each part. It was missing for part \(number) in "
                        + "the request.")
            }
            parts.append(part)
        }
        for part in parts.dropLast() where part.size < S3Quotas.partBytesMin {
            throw S3Fault(
                "EntityTooSmall", .badRequest,
                "Your proposed upload is smaller than the minimum allowed size",
                [
                    ("ProposedSize", String(part.size)), ("MinSizeAllowed", String(S3Quotas.partBytesMin)),
                    ("PartNumber", String(part.number)), ("ETag", part.etag),
                ])
        }
        return parts
    }

    private func invalidPart(_ upload: MultipartUpload, _ number: Int, _ etag: String) -> S3Fault {
        S3Fault(
            "InvalidPart", .badRequest,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the "
                + "specified entity tag may not match the part's entity tag.",
            [("UploadId", upload.id), ("PartNumber", String(number)), ("ETag", etag)])
    }

    /// That of the whole, of those of the parts; held against the one that the client names.
    private func checksum(
        of parts: [UploadedPart], _ upload: MultipartUpload, _ request: S3Request
    ) throws(S3Fault) -> Checksum {
        let algorithm = upload.partAlgorithm
        var checksum = Checksum(algorithm: algorithm, value: "", isComposite: upload.isComposite)
        let values = parts.compactMap { Checksum.bytes($0.checksum.value, algorithm) }
        if upload.isComposite {
            var digests = ContentDigests(algorithm: algorithm, withSHA256: false)
            Array(values.joined()).withUnsafeBytes { digests.update($0) }
            checksum.value = "\(digests.checksumText ?? "")-\(parts.count)"
        } else if let kind = algorithm.crc {
            var sum: UInt64?
            for (value, part) in zip(values, parts) {
                let next = value.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                sum = sum.map { CyclicRedundancyCheck.combined($0, next, secondBytes: part.size, kind) } ?? next
            }
            checksum.value = Base64.text(of: CyclicRedundancyCheck.bytes(of: sum ?? 0, kind))
        }
        if let expected = request.header(algorithm.headerName),
            expected.prefix(while: { $0 != "-" })
                != checksum.value.prefix(while: { $0 != "-" })
        {
            throw .badDigest(algorithm.rawValue)
        }
        return checksum
    }

    // MARK: Lists

    func listParts(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let upload = try store.upload(request.query["uploadId"] ?? "", bucket: bucket.name, key: try key(request))
        let countMax = min(
            try request.query.integer("max-parts", in: 0...Int(Int32.max)) ?? S3Quotas.keysPerPageMax,
            S3Quotas.keysPerPageMax)
        let after = try request.query.integer("part-number-marker", in: 0...Int(Int32.max)) ?? 0
        let rest = upload.parts.values.filter { $0.number > after }.sorted { $0.number < $1.number }
        let page = rest.prefix(countMax)
        return Self.xml(
            XMLWriter.document("ListPartsResult") { writer in
                writer.element("Bucket", bucket.name)
                writer.element("Key", upload.key.text)
                writer.element("UploadId", upload.id)
                Self.writeOwner("Initiator", &writer)
                Self.writeOwner("Owner", &writer)
                writer.element("StorageClass", upload.attributes.storageClass)
                writer.element("PartNumberMarker", after)
                if let last = page.last { writer.element("NextPartNumberMarker", last.number) }
                writer.element("MaxParts", countMax)
                writer.element("IsTruncated", page.count < rest.count)
                writer.element(ifPresent: "ChecksumAlgorithm", upload.algorithm?.rawValue)
                if upload.algorithm != nil {
                    writer.element("ChecksumType", upload.isComposite ? "COMPOSITE" : "FULL_OBJECT")
                }
                for part in page {
                    writer.element("Part") { writer in
                        writer.element("PartNumber", part.number)
                        writer.element("LastModified", S3Text.instant(part.modified))
                        writer.element("ETag", "\"\(part.etag)\"")
                        writer.element("Size", part.size)
                        if upload.algorithm != nil {
                            writer.element(part.checksum.algorithm.elementName, part.checksum.value)
                        }
                    }
                }
            })
    }

    func listMultipartUploads(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let query = request.query
        let prefix = query["prefix"] ?? ""
        let delimiter = query["delimiter"].flatMap { $0.isEmpty ? nil : $0 }
        let countMax = min(
            try query.integer("max-uploads", in: 0...Int(Int32.max)) ?? S3Quotas.keysPerPageMax,
            S3Quotas.keysPerPageMax)
        let (keyMarker, idMarker) = (query["key-marker"] ?? "", query["upload-id-marker"] ?? "")
        let isEncoded = query["encoding-type"] == "url"
        let text = { (key: String) in isEncoded ? PercentText.listed(key) : key }
        let all = store.uploads.values.filter { $0.bucket == bucket.name }
            .sorted { ($0.key, $0.initiated, $0.id) < ($1.key, $1.initiated, $1.id) }
        var keys = SortedKeys()
        for upload in all { keys.insert(upload.key) }
        // One key may have several uploads: the one of the marker comes again with those after the id.
        var shown: [MultipartUpload] = []
        if !idMarker.isEmpty {
            shown = Array(all.filter { $0.key == ObjectKey(keyMarker) }.drop { $0.id != idMarker }.dropFirst())
        }
        let page = KeyPage(
            of: keys, prefix: prefix, delimiter: delimiter, after: keyMarker.isEmpty ? nil : keyMarker,
            countMax: countMax + 1
        ) { _ in true }
        for case .key(let key) in page.entries { shown += all.filter { $0.key == key } }
        let isTruncated = shown.count > countMax
        return Self.xml(
            XMLWriter.document("ListMultipartUploadsResult") { writer in
                writer.element("Bucket", bucket.name)
                writer.element("KeyMarker", text(keyMarker))
                writer.element("UploadIdMarker", idMarker)
                if isTruncated, countMax > 0 {
                    writer.element("NextKeyMarker", text(shown[countMax - 1].key.text))
                    writer.element("NextUploadIdMarker", shown[countMax - 1].id)
                }
                writer.element("Prefix", text(prefix))
                if let delimiter { writer.element("Delimiter", text(delimiter)) }
                if isEncoded { writer.element("EncodingType", "url") }
                writer.element("MaxUploads", countMax)
                writer.element("IsTruncated", isTruncated)
                for upload in shown.prefix(countMax) { Self.write(upload, text, &writer) }
                for prefix in page.commonPrefixes {
                    writer.element("CommonPrefixes") { $0.element("Prefix", text(prefix)) }
                }
            })
    }

    private static func write(_ upload: MultipartUpload, _ text: (String) -> String, _ writer: inout XMLWriter) {
        writer.element("Upload") { writer in
            writer.element("Key", text(upload.key.text))
            writer.element("UploadId", upload.id)
            writeOwner("Initiator", &writer)
            writeOwner("Owner", &writer)
            writer.element("StorageClass", upload.attributes.storageClass)
            writer.element("Initiated", S3Text.instant(upload.initiated))
            writer.element(ifPresent: "ChecksumAlgorithm", upload.algorithm?.rawValue)
        }
    }
}
