import NIOHTTP1

// What clients say of objects, and are told again.
extension ObjectAttributes {
    private static let metadataPrefix = "x-amz-meta-"
    private static let storageClasses: Set<String> = [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
        "DEEP_ARCHIVE", "GLACIER_IR",
    ]

    /// - Throws: `MetadataTooLarge`, `InvalidStorageClass`, or `NotImplemented` for what would change how the object
    ///   behaves and is not done here.
    init(_ headers: HTTPHeaders) throws(S3Fault) {
        for name in ObjectVersion.standardHeaders {
            var value = headers[name].joined(separator: ",")
            if name == "Content-Encoding" {
                // The encoding of the transfer is none of the object.
                value = value.split(separator: ",").filter { $0.trimmingSpaces().lowercased() != "aws-chunked" }
                    .joined(separator: ",")
                value = String(value[...].trimmingSpaces())
            }
            if !value.isEmpty { self.headers.append(ObjectTag(name: name, value: value)) }
        }
        if let location = headers.first(name: "x-amz-website-redirect-location") {
            self.headers.append(ObjectTag(name: "x-amz-website-redirect-location", value: location))
        }
        var names: [String] = []
        for header in headers {
            let name = header.name.lowercased()
            guard name.hasPrefix(Self.metadataPrefix), !names.contains(name) else { continue }
            names.append(name)
            let value = headers[name].joined(separator: ",")
            metadata.append(ObjectTag(name: String(name.dropFirst(Self.metadataPrefix.count)), value: value))
        }
        let bytes = metadata.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard bytes <= S3Quotas.userMetadataBytesMax else {
            throw S3Fault(
                "MetadataTooLarge", .badRequest,
                "Your metadata headers exceed the maximum allowed metadata size",
                [("Size", String(bytes)), ("MaxSizeAllowed", String(S3Quotas.userMetadataBytesMax))])
        }
        if let name = headers.first(name: "x-amz-storage-class") {
            guard Self.storageClasses.contains(name) else {
                throw S3Fault(
                    "InvalidStorageClass", .badRequest, "The storage class you specified is not valid",
                    [("StorageClassRequested", name)])
            }
            storageClass = name
        }
        for name in [
            "x-amz-server-side-encryption-customer-algorithm", "x-amz-object-lock-mode",
            "x-amz-object-lock-legal-hold", "x-amz-object-lock-retain-until-date",
        ] where headers.contains(name: name) {
            throw .notImplemented(name)
        }
    }
}

extension Substring {
    func trimmingSpaces() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}

extension ObjectVersion {
    /// What a GET or HEAD tells of the version.
    ///
    /// - Parameter isVersioned: whether the bucket has ever kept versions.
    func answerHeaders(isVersioned: Bool, withChecksum: Bool) -> [(String, String)] {
        var headers: [(String, String)] = [
            ("Last-Modified", HTTPDate.text(modified)), ("ETag", "\"\(etag)\""), ("Accept-Ranges", "bytes"),
            ("x-amz-server-side-encryption", "AES256"),
        ]
        if isVersioned { headers.append(("x-amz-version-id", id)) }
        if !attributes.headers.contains(where: { $0.name == "Content-Type" }) {
            headers.append(("Content-Type", "binary/octet-stream"))
        }
        for header in attributes.headers { headers.append((header.name, header.value)) }
        for item in attributes.metadata { headers.append(("x-amz-meta-\(item.name)", item.value)) }
        if attributes.storageClass != "STANDARD" { headers.append(("x-amz-storage-class", attributes.storageClass)) }
        if !tags.isEmpty { headers.append(("x-amz-tagging-count", String(tags.count))) }
        if withChecksum, let checksum {
            headers.append((checksum.algorithm.headerName, checksum.value))
            headers.append(("x-amz-checksum-type", checksum.typeName))
        }
        return headers
    }
}
