import NIOCore
import NIOHTTP1

extension ObjectTag {
    /// `<Tagging><TagSet><Tag>…`
    static func read(_ element: XMLElement, countMax: Int = S3Quotas.objectTagsMax) throws(S3Fault) -> [ObjectTag] {
        guard let set = element["TagSet"] else { throw .malformedXML }
        var tags: [ObjectTag] = []
        for tag in set.all("Tag") {
            guard let name = tag.text("Key"), let value = tag.text("Value") else { throw .malformedXML }
            tags.append(ObjectTag(name: name, value: value))
        }
        return try checked(tags, countMax: countMax)
    }

    /// `x-amz-tagging`: the form of a query.
    static func read(header: String?) throws(S3Fault) -> [ObjectTag] {
        guard let header else { return [] }
        let query = S3Query(header)
        return try checked(query.names.map { ObjectTag(name: $0, value: query[$0] ?? "") }, isHeader: true)
    }

    /// - Note: Source: Amazon S3 User Guide, "Categorizing your objects using tags".
    private static func checked(
        _ tags: [ObjectTag], countMax: Int = S3Quotas.objectTagsMax, isHeader: Bool = false
    ) throws(S3Fault) -> [ObjectTag] {
        guard tags.count <= countMax else {
            throw S3Fault(
                "BadRequest", .badRequest, "Object tags cannot be greater than \(countMax)")
        }
        guard Set(tags.map(\.name)).count == tags.count else {
            throw isHeader
                ? .invalidArgument(
                    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
                        + "parameters without tag name duplicates.", name: "x-amz-tagging")
                : S3Fault("InvalidTag", .badRequest, "Cannot provide multiple Tags with the same key")
        }
        for tag in tags {
            guard (1...S3Quotas.tagKeyCharactersMax).contains(tag.name.unicodeScalars.count) else {
                throw S3Fault("InvalidTag", .badRequest, "The TagKey you have provided is invalid")
            }
            guard tag.value.unicodeScalars.count <= S3Quotas.tagValueCharactersMax else {
                throw S3Fault("InvalidTag", .badRequest, "The TagValue you have provided is invalid")
            }
            guard !tag.name.hasPrefix("aws:") else {
                throw S3Fault(
                    "InvalidTag", .badRequest, "System tags cannot be added/updated by requester")
            }
        }
        return tags
    }
}

extension S3 {
    func getObjectTagging(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let (bucket, version) = try version(request)
        return Self.xml(
            XMLWriter.document("Tagging") { writer in
                writer.element("TagSet") { writer in
                    for tag in version.tags {
                        writer.element("Tag") { writer in
                            writer.element("Key", tag.name)
                            writer.element("Value", tag.value)
                        }
                    }
                }
            }, versionHeader(version, bucket))
    }

    func putObjectTagging(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) -> HTTPResponse {
        let (bucket, version) = try version(request)
        version.tags = try ObjectTag.read(request.xml("Tagging"))
        store.note(version)
        notify(.tagsPut, version, in: bucket, exchange)
        return HTTPResponse(.ok, headers: versionHeader(version, bucket))
    }

    func deleteObjectTagging(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) -> HTTPResponse {
        let (bucket, version) = try version(request)
        version.tags = []
        store.note(version)
        notify(.tagsDeleted, version, in: bucket, exchange)
        return HTTPResponse(.noContent, headers: versionHeader(version, bucket))
    }

    private func versionHeader(_ version: ObjectVersion, _ bucket: S3Bucket) -> [(String, String)] {
        bucket.versioning == nil ? [] : [("x-amz-version-id", version.id)]
    }
}
