import JSON
import Time

/// A version of an object, or a delete marker. It does not change, but for its tags.
final class ObjectVersion {
    /// Of an object that was put in parts.
    struct Part: Hashable {
        var number: Int
        var size: Int
        /// In base64.
        var checksum: String?
    }

    static let nullID = "null"
    /// Of what was put by a bucket's owner without saying more.
    static let standardHeaders = [
        "Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires",
    ]

    let bucket: String
    let key: ObjectKey
    /// Greater with every change in the account.
    let sequence: UInt64
    /// ``nullID`` if it was put while the bucket kept no versions.
    let id: String
    let isDeleteMarker: Bool
    let modified: Timestamp
    /// Without quotes.
    let etag: String
    let segments: [ObjectSegment]
    let checksum: Checksum?
    /// Empty if it was put as one.
    let parts: [Part]
    let attributes: ObjectAttributes
    /// Of the upload in parts that made it.
    let uploadID: String?
    var tags: [ObjectTag]

    var size: Int { segments.size }
    /// As notifications have it; it grows with every change of the key.
    var sequencer: String { S3Text.sequencer(sequence) }

    init(
        bucket: String, key: ObjectKey, sequence: UInt64, id: String, isDeleteMarker: Bool = false,
        modified: Timestamp, etag: String = "", segments: [ObjectSegment] = [], checksum: Checksum? = nil,
        parts: [Part] = [], attributes: ObjectAttributes = ObjectAttributes(), tags: [ObjectTag] = [],
        uploadID: String? = nil
    ) {
        self.bucket = bucket
        self.key = key
        self.sequence = sequence
        self.id = id
        self.isDeleteMarker = isDeleteMarker
        self.modified = modified
        self.etag = etag
        self.segments = segments
        self.checksum = checksum
        self.parts = parts
        self.attributes = attributes
        self.tags = tags
        self.uploadID = uploadID
    }
}

/// What a client says of an object besides its content.
struct ObjectAttributes: Hashable {
    /// Of ``ObjectVersion/standardHeaders``, with what else is handed back as it came.
    var headers: [ObjectTag] = []
    /// Of `x-amz-meta-` headers, names in lower case without the prefix.
    var metadata: [ObjectTag] = []
    var storageClass = "STANDARD"
}

/// A name and a value.
struct ObjectTag: Hashable {
    var name: String
    var value: String
}

// MARK: - Records

extension ObjectVersion {
    /// Records come back in the order of their keys: that of the changes.
    var recordKey: String { sequencer }

    var record: [UInt8] {
        var value: JSONObject = [
            "bucket": .string(bucket), "key": .string(key.text), "version": .string(id),
            "modified": .number(JSONNumber(Int(modified.milliseconds))),
        ]
        if isDeleteMarker {
            value["marker"] = true
        } else {
            value["etag"] = .string(etag)
            value["segments"] = ObjectRecord.json(segments)
            if let checksum { value["checksum"] = ObjectRecord.json(checksum) }
            if !parts.isEmpty {
                value["parts"] = .array(
                    parts.map { part in
                        [
                            .number(JSONNumber(part.number)), .number(JSONNumber(part.size)),
                            part.checksum.map(JSONValue.string) ?? .null,
                        ]
                    })
            }
            value["attributes"] = attributes.json
            if let uploadID { value["upload"] = .string(uploadID) }
            if !tags.isEmpty { value["tags"] = ObjectRecord.json(tags) }
        }
        return JSONValue.object(value).compactBytes
    }

    /// nil if it can't be read.
    convenience init?(record: [UInt8], key recordKey: String) {
        guard let value = try? parseJSON(record), let sequence = UInt64(recordKey, radix: 16),
            let bucket = value["bucket"]?.string, let key = value["key"]?.string, let id = value["version"]?.string,
            let modified = value["modified"]?.int
        else { return nil }
        let parts = (value["parts"]?.array ?? []).compactMap { part -> Part? in
            guard let number = part[0]?.int, let size = part[1]?.int else { return nil }
            return Part(number: number, size: size, checksum: part[2]?.string)
        }
        self.init(
            bucket: bucket, key: ObjectKey(key), sequence: sequence, id: id,
            isDeleteMarker: value["marker"]?.bool ?? false, modified: Timestamp(milliseconds: Int64(modified)),
            etag: value["etag"]?.string ?? "", segments: ObjectRecord.segments(value["segments"]),
            checksum: ObjectRecord.checksum(value["checksum"]), parts: parts,
            attributes: ObjectAttributes(json: value["attributes"]), tags: ObjectRecord.tags(value["tags"]),
            uploadID: value["upload"]?.string)
    }
}

extension ObjectAttributes {
    var json: JSONValue {
        [
            "headers": ObjectRecord.json(headers), "metadata": ObjectRecord.json(metadata),
            "class": .string(storageClass),
        ]
    }

    init(json: JSONValue?) {
        headers = ObjectRecord.tags(json?["headers"])
        metadata = ObjectRecord.tags(json?["metadata"])
        storageClass = json?["class"]?.string ?? "STANDARD"
    }
}

/// Parts of records.
enum ObjectRecord {
    static func json(_ segments: [ObjectSegment]) -> JSONValue {
        .array(
            segments.map { segment in
                [
                    .string(String(segment.file, radix: 16)), .number(JSONNumber(segment.offset)),
                    .number(JSONNumber(segment.length)),
                ]
            })
    }

    static func segments(_ value: JSONValue?) -> [ObjectSegment] {
        (value?.array ?? []).compactMap { segment in
            guard let file = segment[0]?.string.flatMap({ ObjectFiles.ID($0, radix: 16) }),
                let offset = segment[1]?.int, let length = segment[2]?.int
            else { return nil }
            return ObjectSegment(file: file, offset: offset, length: length)
        }
    }

    static func json(_ tags: [ObjectTag]) -> JSONValue {
        .array(tags.map { [.string($0.name), .string($0.value)] })
    }

    static func tags(_ value: JSONValue?) -> [ObjectTag] {
        (value?.array ?? []).compactMap { tag in
            guard let name = tag[0]?.string, let value = tag[1]?.string else { return nil }
            return ObjectTag(name: name, value: value)
        }
    }

    static func json(_ checksum: Checksum) -> JSONValue {
        [.string(checksum.algorithm.rawValue), .string(checksum.value), .bool(checksum.isComposite)]
    }

    static func checksum(_ value: JSONValue?) -> Checksum? {
        guard let algorithm = value?[0]?.string.flatMap(Checksum.Algorithm.init(rawValue:)),
            let text = value?[1]?.string, let isComposite = value?[2]?.bool
        else { return nil }
        return Checksum(algorithm: algorithm, value: text, isComposite: isComposite)
    }
}
