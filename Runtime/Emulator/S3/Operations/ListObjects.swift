import Items
import NIOCore
import NIOHTTP1

/// What every list asks for.
private struct ListRequest {
    let prefix: String
    let delimiter: String?
    let countMax: Int
    let isEncoded: Bool

    init(_ query: S3Query, countName: String = "max-keys") throws(S3Fault) {
        prefix = query["prefix"] ?? ""
        delimiter = query["delimiter"].flatMap { $0.isEmpty ? nil : $0 }
        let asked = try query.integer(countName, in: 0...Int(Int32.max)) ?? S3Quotas.keysPerPageMax
        countMax = min(asked, S3Quotas.keysPerPageMax)
        switch query["encoding-type"] {
        case nil: isEncoded = false
        case "url"?: isEncoded = true
        case let other?:
            throw .invalidArgument("Invalid Encoding Method specified in Request", name: "encoding-type", value: other)
        }
    }

    func text(_ key: String) -> String { isEncoded ? PercentText.listed(key) : key }

    func writeCommon(_ bucket: S3Bucket, isTruncated: Bool, _ writer: inout XMLWriter) {
        writer.element("Name", bucket.name)
        writer.element("Prefix", text(prefix))
        writer.element("MaxKeys", countMax)
        if let delimiter { writer.element("Delimiter", text(delimiter)) }
        if isEncoded { writer.element("EncodingType", "url") }
        writer.element("IsTruncated", isTruncated)
    }

    func writePrefixes(_ prefixes: [String], _ writer: inout XMLWriter) {
        for prefix in prefixes { writer.element("CommonPrefixes") { $0.element("Prefix", text(prefix)) } }
    }
}

extension S3 {
    func listObjectsV2(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let list = try ListRequest(request.query)
        let startAfter = request.query["start-after"]
        let token = request.query["continuation-token"]
        var after = startAfter
        if let token, !token.isEmpty {
            guard let bytes = Base64.bytes(of: token), let text = String(validating: bytes, as: UTF8.self),
                !text.isEmpty
            else { throw .invalidArgument("The continuation token provided is incorrect", name: "continuation-token") }
            after = text
        }
        let page = page(bucket, list, after: after)
        let withOwner = request.query["fetch-owner"]?.lowercased() == "true"
        return Self.xml(
            XMLWriter.document("ListBucketResult") { writer in
                list.writeCommon(bucket, isTruncated: page.isTruncated, &writer)
                writer.element("KeyCount", page.entries.count)
                writer.element(ifPresent: "ContinuationToken", token)
                writer.element(ifPresent: "StartAfter", startAfter.map(list.text))
                if page.isTruncated, let last = page.entries.last {
                    writer.element("NextContinuationToken", Base64.text(of: Array(last.text.utf8)))
                }
                writeContents(page, bucket, list, withOwner: withOwner, &writer)
            })
    }

    func listObjects(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let list = try ListRequest(request.query)
        let marker = request.query["marker"] ?? ""
        let page = page(bucket, list, after: marker.isEmpty ? nil : marker)
        return Self.xml(
            XMLWriter.document("ListBucketResult") { writer in
                list.writeCommon(bucket, isTruncated: page.isTruncated, &writer)
                writer.element("Marker", list.text(marker))
                // Without a delimiter the client takes the last key.
                if page.isTruncated, list.delimiter != nil, let last = page.entries.last {
                    writer.element("NextMarker", list.text(last.text))
                }
                writeContents(page, bucket, list, withOwner: true, &writer)
            })
    }

    private func page(_ bucket: S3Bucket, _ list: ListRequest, after: String?) -> KeyPage {
        KeyPage(
            of: bucket.keys, prefix: list.prefix, delimiter: list.delimiter, after: after, countMax: list.countMax
        ) { bucket.current($0) != nil }
    }

    private func writeContents(
        _ page: KeyPage, _ bucket: S3Bucket, _ list: ListRequest, withOwner: Bool, _ writer: inout XMLWriter
    ) {
        for case .key(let key) in page.entries {
            guard let version = bucket.current(key) else { continue }
            writer.element("Contents") { writer in
                writer.element("Key", list.text(key.text))
                writer.element("LastModified", S3Text.instant(version.modified))
                writer.element("ETag", "\"\(version.etag)\"")
                if let checksum = version.checksum {
                    writer.element("ChecksumAlgorithm", checksum.algorithm.rawValue)
                    writer.element("ChecksumType", checksum.typeName)
                }
                writer.element("Size", version.size)
                if withOwner { Self.writeOwner("Owner", &writer) }
                writer.element("StorageClass", version.attributes.storageClass)
            }
        }
        list.writePrefixes(page.commonPrefixes, &writer)
    }

    // MARK: Versions

    func listObjectVersions(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let list = try ListRequest(request.query)
        let keyMarker = request.query["key-marker"] ?? ""
        let idMarker = request.query["version-id-marker"] ?? ""
        guard idMarker.isEmpty || !keyMarker.isEmpty else {
            throw .invalidArgument("A version-id marker cannot be specified without a key marker.")
        }
        let page = VersionPage(
            bucket, list.prefix, list.delimiter, countMax: list.countMax, keyMarker: keyMarker, idMarker: idMarker)
        return Self.xml(
            XMLWriter.document("ListVersionsResult") { writer in
                list.writeCommon(bucket, isTruncated: page.isTruncated, &writer)
                writer.element("KeyMarker", list.text(keyMarker))
                writer.element("VersionIdMarker", idMarker)
                if page.isTruncated {
                    switch page.entries.last {
                    case .version(let version)?:
                        writer.element("NextKeyMarker", list.text(version.key.text))
                        writer.element("NextVersionIdMarker", version.id)
                    case .commonPrefix(let prefix)?: writer.element("NextKeyMarker", list.text(prefix))
                    case nil: break
                    }
                }
                for case .version(let version) in page.entries { writeVersion(version, bucket, list, &writer) }
                list.writePrefixes(page.commonPrefixes, &writer)
            })
    }

    private func writeVersion(
        _ version: ObjectVersion, _ bucket: S3Bucket, _ list: ListRequest, _ writer: inout XMLWriter
    ) {
        writer.element(version.isDeleteMarker ? "DeleteMarker" : "Version") { writer in
            writer.element("Key", list.text(version.key.text))
            writer.element("VersionId", version.id)
            writer.element("IsLatest", bucket.latest(version.key) === version)
            writer.element("LastModified", S3Text.instant(version.modified))
            if !version.isDeleteMarker {
                writer.element("ETag", "\"\(version.etag)\"")
                writer.element("Size", version.size)
                writer.element("StorageClass", version.attributes.storageClass)
            }
            Self.writeOwner("Owner", &writer)
        }
    }
}

/// A page of a bucket's versions: keys in order, of each the newest first.
private struct VersionPage {
    enum Entry {
        case version(ObjectVersion)
        case commonPrefix(String)
    }

    private(set) var entries: [Entry] = []
    private(set) var isTruncated = false

    var commonPrefixes: [String] {
        entries.compactMap { if case .commonPrefix(let prefix) = $0 { prefix } else { nil } }
    }

    init(
        _ bucket: S3Bucket, _ prefix: String, _ delimiter: String?, countMax: Int, keyMarker: String, idMarker: String
    ) {
        var all: [Entry] = []
        if !idMarker.isEmpty {
            let newestFirst = bucket.versions[ObjectKey(keyMarker)]?.reversed().map { $0 } ?? []
            let rest = newestFirst.drop { $0.id != idMarker }.dropFirst()
            all += rest.map(Entry.version)
        }
        let keys = KeyPage(
            of: bucket.keys, prefix: prefix, delimiter: delimiter, after: keyMarker.isEmpty ? nil : keyMarker,
            countMax: countMax + 1
        ) { _ in true }
        for entry in keys.entries {
            switch entry {
            case .commonPrefix(let prefix): all.append(.commonPrefix(prefix))
            case .key(let key): all += (bucket.versions[key] ?? []).reversed().map(Entry.version)
            }
        }
        entries = Array(all.prefix(countMax))
        isTruncated = countMax > 0 && all.count > countMax
    }
}
