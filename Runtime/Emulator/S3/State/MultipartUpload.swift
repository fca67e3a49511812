import JSON
import Time

/// An upload in parts that is neither complete nor aborted.
final class MultipartUpload {
    let id: String
    let bucket: String
    let key: ObjectKey
    let initiated: Timestamp
    let attributes: ObjectAttributes
    let tags: [ObjectTag]
    /// nil if the client named none: S3 then takes a CRC-64 of the whole.
    let algorithm: Checksum.Algorithm?
    let isComposite: Bool
    var parts: [Int: UploadedPart] = [:]

    var partAlgorithm: Checksum.Algorithm { algorithm ?? .crc64NVMe }

    init(
        id: String, bucket: String, key: ObjectKey, initiated: Timestamp, attributes: ObjectAttributes,
        tags: [ObjectTag], algorithm: Checksum.Algorithm?, isComposite: Bool
    ) {
        self.id = id
        self.bucket = bucket
        self.key = key
        self.initiated = initiated
        self.attributes = attributes
        self.tags = tags
        self.algorithm = algorithm
        self.isComposite = isComposite
    }

    var record: [UInt8] {
        let value: JSONValue = [
            "bucket": .string(bucket), "key": .string(key.text),
            "initiated": .number(JSONNumber(Int(initiated.milliseconds))), "attributes": attributes.json,
            "tags": ObjectRecord.json(tags), "algorithm": algorithm.map { .string($0.rawValue) } ?? .null,
            "composite": .bool(isComposite),
        ]
        return value.compactBytes
    }

    /// nil if it can't be read.
    convenience init?(record: [UInt8], id: String) {
        guard let value = try? parseJSON(record), let bucket = value["bucket"]?.string,
            let key = value["key"]?.string, let initiated = value["initiated"]?.int
        else { return nil }
        self.init(
            id: id, bucket: bucket, key: ObjectKey(key), initiated: Timestamp(milliseconds: Int64(initiated)),
            attributes: ObjectAttributes(json: value["attributes"]), tags: ObjectRecord.tags(value["tags"]),
            algorithm: value["algorithm"]?.string.flatMap(Checksum.Algorithm.init(rawValue:)),
            isComposite: value["composite"]?.bool ?? false)
    }
}

struct UploadedPart {
    var number: Int
    var md5: [UInt8]
    var modified: Timestamp
    var segments: [ObjectSegment]
    var checksum: Checksum

    var size: Int { segments.size }
    var etag: String { md5.hexadecimalText }

    func recordKey(in upload: String) -> String {
        let digits = String(number)
        return "\(upload)/\(String(repeating: "0", count: 5 - digits.count))\(digits)"
    }

    var record: [UInt8] {
        let value: JSONValue = [
            "md5": .string(etag), "modified": .number(JSONNumber(Int(modified.milliseconds))),
            "segments": ObjectRecord.json(segments), "checksum": ObjectRecord.json(checksum),
        ]
        return value.compactBytes
    }

    /// - Returns: the upload's id and the part; nil if it can't be read.
    static func read(record: [UInt8], key: String) -> (upload: String, part: UploadedPart)? {
        let names = key.split(separator: "/")
        guard names.count == 2, let number = Int(names[1]), let value = try? parseJSON(record),
            let md5 = value["md5"]?.string, let modified = value["modified"]?.int,
            let checksum = ObjectRecord.checksum(value["checksum"])
        else { return nil }
        let digits = Array(md5.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2)
            .compactMap { UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) }
        let part = UploadedPart(
            number: number, md5: bytes, modified: Timestamp(milliseconds: Int64(modified)),
            segments: ObjectRecord.segments(value["segments"]), checksum: checksum)
        return (String(names[0]), part)
    }
}
