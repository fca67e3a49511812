import NIOHTTP1

/// What a request asks for, told by its method and the names in its query.
///
/// - Note: Source: Amazon S3 API Reference, "Actions".
enum S3Operation: String {
    case listBuckets = "ListBuckets"
    case createBucket = "CreateBucket"
    case deleteBucket = "DeleteBucket"
    case headBucket = "HeadBucket"
    case getBucketLocation = "GetBucketLocation"
    case getBucketVersioning = "GetBucketVersioning"
    case putBucketVersioning = "PutBucketVersioning"
    case getBucketNotification = "GetBucketNotification"
    case putBucketNotification = "PutBucketNotification"
    /// Those that are kept and handed back: ``BucketSetting``.
    case getBucketSetting = "GetBucketSetting"
    case putBucketSetting = "PutBucketSetting"
    case deleteBucketSetting = "DeleteBucketSetting"
    case getBucketACL = "GetBucketAcl"
    case putBucketACL = "PutBucketAcl"
    case listObjects = "ListObjects"
    case listObjectsV2 = "ListObjectsV2"
    case listObjectVersions = "ListObjectVersions"
    case listMultipartUploads = "ListMultipartUploads"
    case deleteObjects = "DeleteObjects"
    case postObject = "PostObject"
    case putObject = "PutObject"
    case copyObject = "CopyObject"
    case getObject = "GetObject"
    case headObject = "HeadObject"
    case deleteObject = "DeleteObject"
    case getObjectAttributes = "GetObjectAttributes"
    case getObjectTagging = "GetObjectTagging"
    case putObjectTagging = "PutObjectTagging"
    case deleteObjectTagging = "DeleteObjectTagging"
    case getObjectACL = "GetObjectAcl"
    case putObjectACL = "PutObjectAcl"
    case createMultipartUpload = "CreateMultipartUpload"
    case uploadPart = "UploadPart"
    case uploadPartCopy = "UploadPartCopy"
    case listParts = "ListParts"
    case completeMultipartUpload = "CompleteMultipartUpload"
    case abortMultipartUpload = "AbortMultipartUpload"

    /// The permission that it needs on the bucket or the key of its address, such as `s3:PutObject`; those that need
    /// others besides say so in ``S3/authorize(_:_:_:)``.
    ///
    /// - Note: Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
    var action: String {
        switch self {
        case .listBuckets: "s3:ListAllMyBuckets"
        case .headBucket, .listObjects, .listObjectsV2: "s3:ListBucket"
        case .listObjectVersions: "s3:ListBucketVersions"
        case .listMultipartUploads: "s3:ListBucketMultipartUploads"
        case .postObject, .copyObject, .createMultipartUpload, .uploadPart, .uploadPartCopy, .completeMultipartUpload:
            "s3:PutObject"
        case .headObject: "s3:GetObject"
        case .deleteObjects: "s3:DeleteObject"
        case .listParts: "s3:ListMultipartUploadParts"
        default: "s3:\(rawValue)"
        }
    }

    /// Whether its body is content.
    var takesContent: Bool { self == .putObject || self == .uploadPart }

    // MARK: Which one it is

    /// - Throws: `MethodNotAllowed` or `NotImplemented` for what S3 or the emulator lacks.
    init(_ request: S3Request) throws(S3Fault) {
        guard request.address.bucket != nil else {
            guard request.method == .GET || request.method == .HEAD else { throw .methodNotAllowed }
            self = .listBuckets
            return
        }
        let operation =
            request.address.key == nil ? try Self.ofBucket(request) : try Self.ofObject(request)
        guard let operation else { throw .methodNotAllowed }
        self = operation
    }

    private static func ofBucket(_ request: S3Request) throws(S3Fault) -> S3Operation? {
        let (method, query) = (request.method, request.query)
        for name in BucketSetting.unknown where query.has(name) {
            throw S3Fault(
                "NotImplemented", .notImplemented, "The emulator does not keep a bucket's \(name) configuration.")
        }
        if query.has("versioning") { return choice(method, get: .getBucketVersioning, put: .putBucketVersioning) }
        if query.has("notification") { return choice(method, get: .getBucketNotification, put: .putBucketNotification) }
        if query.has("acl") { return choice(method, get: .getBucketACL, put: .putBucketACL) }
        if BucketSetting(query) != nil {
            return choice(method, get: .getBucketSetting, put: .putBucketSetting, delete: .deleteBucketSetting)
        }
        switch method {
        case .GET where query.has("location"): return .getBucketLocation
        case .GET where query.has("uploads"): return .listMultipartUploads
        case .GET where query.has("versions"): return .listObjectVersions
        case .GET: return query["list-type"] == "2" ? .listObjectsV2 : .listObjects
        case .HEAD: return .headBucket
        case .PUT: return .createBucket
        case .DELETE: return .deleteBucket
        case .POST where query.has("delete"): return .deleteObjects
        case .POST: return .postObject
        default: return nil
        }
    }

    private static func choice(
        _ method: HTTPMethod, get: S3Operation, put: S3Operation, delete: S3Operation? = nil
    ) -> S3Operation? {
        switch method {
        case .GET: get
        case .PUT: put
        case .DELETE: delete
        default: nil
        }
    }

    private static func ofObject(_ request: S3Request) throws(S3Fault) -> S3Operation? {
        let (method, query) = (request.method, request.query)
        for name in ["retention", "legal-hold", "torrent", "restore", "select", "renameObject"] where query.has(name) {
            throw S3Fault("NotImplemented", .notImplemented, "The emulator knows no \(name) of an object.")
        }
        if query.has("tagging") {
            return choice(method, get: .getObjectTagging, put: .putObjectTagging, delete: .deleteObjectTagging)
        }
        if query.has("acl") { return choice(method, get: .getObjectACL, put: .putObjectACL) }
        let isCopy = request.header("x-amz-copy-source") != nil
        switch method {
        case .GET where query.has("uploadId"): return .listParts
        case .GET where query.has("attributes"): return .getObjectAttributes
        case .GET: return .getObject
        case .HEAD: return .headObject
        case .PUT where query.has("uploadId"): return isCopy ? .uploadPartCopy : .uploadPart
        case .PUT: return isCopy ? .copyObject : .putObject
        case .DELETE: return query.has("uploadId") ? .abortMultipartUpload : .deleteObject
        case .POST where query.has("uploads"): return .createMultipartUpload
        case .POST where query.has("uploadId"): return .completeMultipartUpload
        default: return nil
        }
    }
}
