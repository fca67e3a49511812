package import JSON

/// What Amazon S3 tells a function of its objects.
///
/// - Note: Source: Amazon S3 User Guide, "Event message structure", version 2.1.
package struct S3Event: Codable, Hashable, Sendable {
    package var records: [Record]

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
    }

    package struct Record: Codable, Hashable, Sendable {
        package var eventVersion: String
        package var eventSource: String
        package var awsRegion: String
        /// When S3 had done it, as `1970-01-01T00:00:00.000Z`.
        package var eventTime: String
        /// Such as `ObjectCreated:Put`.
        package var eventName: String
        package var userIdentity: JSONValue?
        package var requestParameters: JSONValue?
        package var responseElements: JSONValue?
        package var s3: Details
    }

    package struct Details: Codable, Hashable, Sendable {
        package var s3SchemaVersion: String
        /// The rule of the bucket's configuration that asked for the event.
        package var configurationId: String
        package var bucket: Bucket
        package var object: Object
    }

    package struct Bucket: Codable, Hashable, Sendable {
        package var name: String
        package var ownerIdentity: JSONValue?
        package var arn: String
    }

    package struct Object: Codable, Hashable, Sendable {
        /// As a form would have it: ``decodedKey`` is the object's.
        package var key: String
        /// Bytes; of what was created only.
        package var size: Int?
        package var eTag: String?
        /// In a bucket that keeps versions.
        package var versionId: String?
        /// Hexadecimal digits that say in what order things happened to one key.
        package var sequencer: String?
    }
}

extension S3Event.Record {
    package var isCreation: Bool { eventName.hasPrefix("ObjectCreated:") }
}

extension S3Event.Object {
    /// The key as it was given to S3: in events a space comes as `+` and whatever is not a plain letter as `%XX`.
    package var decodedKey: String {
        var bytes: [UInt8] = []
        var rest = key.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else {
                    bytes.append(byte)
                    continue
                }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
