import JSON
import NIOCore
import NIOHTTP1

/// A configuration of a bucket that is kept as it was put, and handed back.
enum BucketSetting: String, CaseIterable {
    case cors
    case tagging
    case policy
    case publicAccessBlock
    case encryption
    case ownershipControls

    /// Those that the emulator refuses, since what they ask for would not happen.
    static let unknown = [
        "accelerate", "analytics", "intelligent-tiering", "inventory", "lifecycle", "logging", "metrics",
        "object-lock", "replication", "requestPayment", "website", "policyStatus", "metadataTable",
        "metadataConfiguration", "abac",
    ]

    init?(_ query: S3Query) {
        guard let setting = Self.allCases.first(where: { query.has($0.rawValue) }) else { return nil }
        self = setting
    }

    /// Of the XML that is put.
    var root: String {
        switch self {
        case .cors: "CORSConfiguration"
        case .tagging: "Tagging"
        case .policy: ""
        case .publicAccessBlock: "PublicAccessBlockConfiguration"
        case .encryption: "ServerSideEncryptionConfiguration"
        case .ownershipControls: "OwnershipControls"
        }
    }

    /// What a bucket has that was given nothing, as new buckets do.
    var initial: String? {
        switch self {
        case .cors, .tagging, .policy: nil
        case .publicAccessBlock:
            XMLWriter.document(root) { writer in
                for name in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] {
                    writer.element(name, true)
                }
            }
        case .encryption:
            XMLWriter.document(root) { writer in
                writer.element("Rule") { writer in
                    writer.element("ApplyServerSideEncryptionByDefault") { $0.element("SSEAlgorithm", "AES256") }
                    writer.element("BucketKeyEnabled", false)
                }
            }
        case .ownershipControls:
            XMLWriter.document(root) { writer in
                writer.element("Rule") { $0.element("ObjectOwnership", "BucketOwnerEnforced") }
            }
        }
    }

    /// What is answered where there is none.
    var missing: S3Fault {
        switch self {
        case .cors:
            S3Fault("NoSuchCORSConfiguration", .notFound, "The CORS configuration does not exist")
        case .tagging: S3Fault("NoSuchTagSet", .notFound, "The TagSet does not exist")
        case .policy: S3Fault("NoSuchBucketPolicy", .notFound, "The bucket policy does not exist")
        case .publicAccessBlock:
            S3Fault(
                "NoSuchPublicAccessBlockConfiguration", .notFound,
                "The public access block configuration was not found")
        case .encryption:
            S3Fault(
                "ServerSideEncryptionConfigurationNotFoundError", .notFound,
                "The server side encryption configuration was not found")
        case .ownershipControls:
            S3Fault(
                "OwnershipControlsNotFoundError", .notFound, "The bucket ownership controls were not found")
        }
    }
}

extension S3 {
    func getBucketSetting(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        guard let setting = BucketSetting(request.query) else { throw .methodNotAllowed }
        guard let text = bucket.settings[setting.rawValue] ?? setting.initial, !text.isEmpty else {
            throw setting.missing
        }
        guard setting == .policy else { return Self.xml(text) }
        return HTTPResponse(.ok, headers: [("Content-Type", "application/json")], body: ByteBuffer(string: text))
    }

    func putBucketSetting(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        guard let setting = BucketSetting(request.query) else { throw .methodNotAllowed }
        let text = String(decoding: request.http.bodyBytes, as: UTF8.self)
        if setting == .policy {
            try checkPolicy(request.http.bodyBytes)
        } else {
            let element = try request.xml(setting.root)
            if setting == .cors { bucket.cors = try CORSRule.rules(of: element) }
            if setting == .tagging {
                _ = try ObjectTag.read(element, countMax: S3Quotas.bucketTagsMax)
            }
        }
        bucket.settings[setting.rawValue] = text
        store.note(bucket)
        return HTTPResponse(setting == .policy || setting == .tagging ? .noContent : .ok)
    }

    private func checkPolicy(_ bytes: [UInt8]) throws(S3Fault) {
        func malformed(_ message: String) -> S3Fault { S3Fault("MalformedPolicy", .badRequest, message) }
        guard bytes.count <= S3Quotas.policyBytesMax else {
            throw malformed("Policies cannot be larger than \(S3Quotas.policyBytesMax) bytes")
        }
        guard let policy = try? parseJSON(bytes), policy.object != nil else {
            throw malformed("Policies must be valid JSON and the first byte must be '{'")
        }
        guard policy["Statement"] != nil else { throw malformed("Missing required field Statement") }
    }

    /// Gone is gone: what a new bucket has does not come back.
    func deleteBucketSetting(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        guard let setting = BucketSetting(request.query) else { throw .methodNotAllowed }
        // Objects are encrypted always.
        bucket.settings[setting.rawValue] = setting == .encryption || setting.initial == nil ? nil : ""
        if setting == .cors { bucket.cors = [] }
        store.note(bucket)
        return HTTPResponse(.noContent)
    }

    // MARK: CORS

    /// What the answer tells a browser, if the bucket lets the page in.
    func corsAnswer(to request: S3Request) -> [(String, String)] {
        guard let origin = request.header("Origin"), let name = request.address.bucket,
            let rule = store.buckets[name]?.cors.first(where: {
                $0.allows(origin: origin, method: request.method.rawValue)
            })
        else { return [] }
        return rule.answer(origin: origin)
    }

    /// Answers what a browser asks before it calls.
    func preflight(_ request: S3Request) -> Result<HTTPResponse, S3Fault> {
        func refused(_ why: String) -> Result<HTTPResponse, S3Fault> {
            .failure(S3Fault("AccessForbidden", .forbidden, "CORSResponse: \(why)"))
        }
        guard let origin = request.header("Origin") else {
            return .failure(
                S3Fault("BadRequest", .badRequest, "Insufficient information. Origin request header needed."))
        }
        guard let method = request.header("Access-Control-Request-Method") else {
            return .failure(
                S3Fault("BadRequest", .badRequest, "Invalid Access-Control-Request-Method: null"))
        }
        guard let name = request.address.bucket, let bucket = store.buckets[name] else {
            return refused("Bucket not found")
        }
        guard !bucket.cors.isEmpty else { return refused("CORS is not enabled for this bucket.") }
        let headers = (request.header("Access-Control-Request-Headers") ?? "").split(separator: ",")
            .map { $0.filter { $0 != " " } }
        guard
            let rule = bucket.cors.first(where: {
                $0.allows(origin: origin, method: method) && $0.allows(headers: headers)
            })
        else {
            return refused(
                "This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
                    + "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the "
                    + "resource's CORS spec.")
        }
        var answer = rule.answer(origin: origin)
        if !headers.isEmpty {
            answer.append(("Access-Control-Allow-Headers", headers.joined(separator: ", ").lowercased()))
        }
        return .success(HTTPResponse(.ok, headers: answer))
    }

    // MARK: Notifications

    func getBucketNotification(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        Self.xml(try bucket(request).notifications.xml)
    }

    func putBucketNotification(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let configuration = try NotificationConfiguration(request.xml("NotificationConfiguration")) {
            host.identifiers.requestID()
        }
        let isValidated = request.header("x-amz-skip-destination-validation")?.lowercased() != "true"
        if isValidated { try validate(configuration, bucket, exchange) }
        bucket.notifications = configuration
        store.note(bucket)
        return HTTPResponse(.ok)
    }
}
