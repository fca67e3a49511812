import JSON
import Time

/// Something that happened to an object, in the two forms in which S3 tells of it.
///
/// - Note: Source: Amazon S3 User Guide, "Event message structure" and "EventBridge event message structure".
struct BucketEvent {
    enum Name: String {
        case put = "ObjectCreated:Put"
        case post = "ObjectCreated:Post"
        case copy = "ObjectCreated:Copy"
        case completeMultipartUpload = "ObjectCreated:CompleteMultipartUpload"
        case delete = "ObjectRemoved:Delete"
        case deleteMarkerCreated = "ObjectRemoved:DeleteMarkerCreated"
        case tagsPut = "ObjectTagging:Put"
        case tagsDeleted = "ObjectTagging:Delete"
        case expired = "LifecycleExpiration:Delete"
        case expiredWithMarker = "LifecycleExpiration:DeleteMarkerCreated"

        /// EventBridge's name of it.
        var detailType: String {
            switch self {
            case .put, .post, .copy, .completeMultipartUpload: "Object Created"
            case .delete, .deleteMarkerCreated, .expired, .expiredWithMarker: "Object Deleted"
            case .tagsPut: "Object Tags Added"
            case .tagsDeleted: "Object Tags Deleted"
            }
        }

        /// The operation that did it.
        var reason: String? {
            switch self {
            case .put: "PutObject"
            case .post: "POST Object"
            case .copy: "CopyObject"
            case .completeMultipartUpload: "CompleteMultipartUpload"
            case .delete, .deleteMarkerCreated: "DeleteObject"
            case .expired, .expiredWithMarker: "Lifecycle Expiration"
            case .tagsPut, .tagsDeleted: nil
            }
        }

        var deletionType: String? {
            switch self {
            case .delete, .expired: "Permanently Deleted"
            case .deleteMarkerCreated, .expiredWithMarker: "Delete Marker Created"
            default: nil
            }
        }
    }

    /// Whoever calls here; the ids look as they do on AWS.
    static let principal = "AWS:AIDALOCALEMULATOR"
    static let owner = "A1LOCALEMULATOR"

    var name: Name
    var bucket: String
    var key: String
    /// nil where S3 leaves it out.
    var size: Int?
    var etag: String?
    var versionID: String?
    var sequencer: String
    var time: Timestamp
    var requestID: String
    var hostID: String

    /// - Parameter id: of the rule that asks for it.
    func notification(configurationID id: String) -> JSONValue {
        // The key as S3 writes it in lists.
        var object: JSONObject = ["key": .string(PercentText.listed(key))]
        if let size { object["size"] = .number(JSONNumber(size)) }
        if let etag { object["eTag"] = .string(etag) }
        if let versionID { object["versionId"] = .string(versionID) }
        object["sequencer"] = .string(sequencer)
        let s3: JSONValue = [
            "s3SchemaVersion": "1.0", "configurationId": .string(id),
            "bucket": [
                "name": .string(bucket), "ownerIdentity": ["principalId": .string(Self.owner)],
                "arn": .string("arn:aws:s3:::\(bucket)"),
            ],
            "object": .object(object),
        ]
        return [
            "Records": [
                [
                    "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": .string(LocalAccount.region),
                    "eventTime": .string(time.description), "eventName": .string(name.rawValue),
                    "userIdentity": ["principalId": .string(Self.principal)],
                    "requestParameters": ["sourceIPAddress": "127.0.0.1"],
                    "responseElements": [
                        "x-amz-request-id": .string(requestID), "x-amz-id-2": .string(hostID),
                    ],
                    "s3": s3,
                ]
            ]
        ]
    }

    /// What EventBridge is told of it.
    var detail: JSONValue {
        var object: JSONObject = ["key": .string(key)]
        if let size { object["size"] = .number(JSONNumber(size)) }
        if let etag { object["etag"] = .string(etag) }
        if let versionID { object["version-id"] = .string(versionID) }
        object["sequencer"] = .string(sequencer)
        var detail: JSONObject = [
            "version": "0", "bucket": ["name": .string(bucket)], "object": .object(object),
            "request-id": .string(requestID), "requester": .string(LocalAccount.id),
        ]
        detail["source-ip-address"] = "127.0.0.1"
        if let reason = name.reason { detail["reason"] = .string(reason) }
        if let type = name.deletionType { detail["deletion-type"] = .string(type) }
        return .object(detail)
    }

    /// What a queue gets when a bucket is told to send to it.
    static func test(bucket: String, at time: Timestamp, requestID: String, hostID: String) -> JSONValue {
        [
            "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": .string(time.description),
            "Bucket": .string(bucket), "RequestId": .string(requestID), "HostId": .string(hostID),
        ]
    }
}
