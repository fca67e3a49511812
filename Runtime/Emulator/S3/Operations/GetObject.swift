import Glibc
import NIOCore
import NIOHTTP1

extension S3 {
    /// Smaller answers are read at once; larger ones are sent from their files.
    private static let readBytesMax = 65_536

    /// GetObject and HeadObject.
    func getObject(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let (bucket, version) = try version(request)
        try Conditions.check(read: version, request.headers)
        let range = try range(of: version, request)
        let wantsChecksum = request.header("x-amz-checksum-mode")?.uppercased() == "ENABLED"
        var headers = version.answerHeaders(
            isVersioned: bucket.versioning != nil,
            // That of the whole says nothing of a part.
            withChecksum: wantsChecksum && (range == nil || range?.count == version.size))
        try override(&headers, request)
        var response = HTTPResponse(range == nil ? .ok : .partialContent, headers: headers)
        if let range {
            response.headers.append(
                ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(version.size)"))
        }
        if request.query.has("partNumber"), !version.parts.isEmpty {
            response.headers.append(("x-amz-mp-parts-count", String(version.parts.count)))
            if wantsChecksum, let algorithm = version.checksum?.algorithm,
                let part = version.parts.first(where: { String($0.number) == request.query["partNumber"] })?.checksum
            {
                response.headers.append((algorithm.headerName, part))
                response.headers.append(("x-amz-checksum-type", version.checksum?.typeName ?? ""))
            }
        }
        let wanted = range ?? 0..<version.size
        if request.method == .HEAD {
            response.contentLength = wanted.count
        } else {
            try fill(&response, with: version.segments.slice(wanted))
        }
        return response
    }

    private func range(of version: ObjectVersion, _ request: S3Request) throws(S3Fault) -> Range<Int>? {
        let number = try request.query.integer("partNumber", in: 1...S3Quotas.partsMax)
        let header = request.header("Range")
        if let number {
            guard header == nil else {
                throw .invalidRequest("Cannot specify both Range header and partNumber query parameter")
            }
            var start = 0
            for part in version.parts {
                if part.number == number { return start..<start + part.size }
                start += part.size
            }
            if version.parts.isEmpty, number == 1 { return version.size == 0 ? nil : 0..<version.size }
            throw S3Fault(
                "InvalidPartNumber", .rangeNotSatisfiable, "The requested partnumber is not satisfiable",
                [("PartNumberRequested", String(number)), ("ActualPartCount", String(max(1, version.parts.count)))])
        }
        guard let header, let range = ByteRange(header) else { return nil }
        guard let resolved = range.resolved(size: version.size) else {
            throw S3Fault(
                "InvalidRange", .rangeNotSatisfiable, "The requested range is not satisfiable",
                [("RangeRequested", header), ("ActualObjectSize", String(version.size))]
            ).with(header: "Content-Range", "bytes */\(version.size)")
        }
        return resolved
    }

    /// Headers that the request names itself.
    private func override(_ headers: inout [(String, String)], _ request: S3Request) throws(S3Fault) {
        for name in ObjectVersion.standardHeaders {
            guard let value = request.query["response-\(name.lowercased())"] else { continue }
            let isSigned =
                request.headers.contains(name: "Authorization") || request.query.has("X-Amz-Signature")
                || request.query.has("Signature")
            guard isSigned else {
                throw .invalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
            }
            guard !value.utf8.contains(where: { $0 < 0x20 }) else {
                throw .invalidArgument("Header value cannot be represented", name: name, value: value)
            }
            headers.removeAll { $0.0 == name }
            headers.append((name, value))
        }
    }

    private func fill(_ response: inout HTTPResponse, with segments: [ObjectSegment]) throws(S3Fault) {
        do throws(ObjectFiles.SystemFailure) {
            if segments.size <= Self.readBytesMax {
                var body = ByteBuffer()
                try store.files.read(segments) { body.writeBytes($0) }
                response.body = body
            } else {
                var files: [ObjectFiles.ID: FileSlice.File] = [:]
                for segment in segments {
                    let file: FileSlice.File =
                        if let opened = files[segment.file] { opened } else { try store.files.file(segment.file) }
                    files[segment.file] = file
                    response.slices.append(FileSlice(file: file, offset: segment.offset, length: segment.length))
                }
            }
        } catch {
            throw S3Fault("InternalError", .internalServerError, error.description)
        }
    }

    // MARK: Attributes

    func getObjectAttributes(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let (bucket, version) = try version(request)
        try Conditions.check(read: version, request.headers)
        let wanted = Set(
            request.headers[canonicalForm: "x-amz-object-attributes"].map(String.init))
        guard !wanted.isEmpty else {
            throw .invalidArgument(
                "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"
            )
        }
        let known: Set = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
        guard wanted.isSubset(of: known) else { throw .invalidArgument("Invalid attribute name specified.") }
        var headers = [("Last-Modified", HTTPDate.text(version.modified))]
        if bucket.versioning != nil { headers.append(("x-amz-version-id", version.id)) }
        let partsMax = Int(request.header("x-amz-max-parts") ?? "") ?? S3Quotas.keysPerPageMax
        let after = Int(request.header("x-amz-part-number-marker") ?? "") ?? 0
        return Self.xml(
            XMLWriter.document("GetObjectAttributesResponse") { writer in
                if wanted.contains("ETag") { writer.element("ETag", version.etag) }
                if wanted.contains("Checksum"), let checksum = version.checksum {
                    writer.element("Checksum") { writer in
                        writer.element(checksum.algorithm.elementName, String(checksum.value.prefix { $0 != "-" }))
                        writer.element("ChecksumType", checksum.typeName)
                    }
                }
                if wanted.contains("ObjectParts"), !version.parts.isEmpty {
                    writer.element("ObjectParts") { Self.writeParts(of: version, after: after, max: partsMax, &$0) }
                }
                if wanted.contains("StorageClass") { writer.element("StorageClass", version.attributes.storageClass) }
                if wanted.contains("ObjectSize") { writer.element("ObjectSize", version.size) }
            }, headers)
    }

    private static func writeParts(of version: ObjectVersion, after: Int, max partsMax: Int, _ writer: inout XMLWriter)
    {
        writer.element("PartsCount", version.parts.count)
        let rest = version.parts.filter { $0.number > after }
        let page = rest.prefix(partsMax)
        writer.element("PartNumberMarker", after)
        if let last = page.last { writer.element("NextPartNumberMarker", last.number) }
        writer.element("MaxParts", partsMax)
        writer.element("IsTruncated", page.count < rest.count)
        // S3 lists the parts only of what was put with a checksum of its own for each.
        guard let algorithm = version.checksum?.algorithm else { return }
        for part in page where part.checksum != nil {
            writer.element("Part") { writer in
                writer.element("PartNumber", part.number)
                writer.element("Size", part.size)
                writer.element(ifPresent: algorithm.elementName, part.checksum)
            }
        }
    }
}
