import NIOCore
import NIOHTTP1
import NIOPosix
import Template
import Time

/// Amazon S3: buckets and objects, over REST and XML.
///
/// - Note: Source: Amazon S3 API Reference.
final class S3: EmulatedService {
    let host: ServiceHost
    let store: S3Store

    init(stack: Stack, host: ServiceHost) throws(EmulatorError) {
        self.host = host
        store = try S3Store(host: host)
        try deploy(stack)
    }

    func owns(_ request: HTTPRequest) -> Bool {
        if request.sink is ObjectUpload { return true }
        let uri = request.query.isEmpty ? request.path : "\(request.path)?\(request.query)"
        if S3Address.isCertain(uri: uri, headers: request.headers) { return true }
        // Nobody signed it, or another service's name did: a browser, say.
        guard !request.headers.contains(name: "Authorization"),
            let address = S3Address(host: request.headers.first(name: "Host"), path: request.path),
            let bucket = address.bucket
        else { return false }
        return store.buckets[bucket] != nil
    }

    // MARK: Requests

    func handle(_ call: ServiceCall) {
        let exchange = S3Exchange(
            call: call, requestID: host.identifiers.token().uppercased(),
            hostID: host.identifiers.token() + host.identifiers.token())
        do throws(S3Fault) {
            let request = try S3Request(call.request)
            exchange.explain = { [self] in fault($0, toldTo: call.caller, of: request) }
            if request.method == .OPTIONS { return exchange.answer(preflight(request), in: host.journal) }
            exchange.cors = corsAnswer(to: request)
            try authenticate(request)
            let operation = try S3Operation(request)
            try authorize(operation, request, exchange)
            if operation.takesContent {
                takeContent(operation, request, exchange)
            } else {
                try perform(operation, request, exchange)
            }
        } catch {
            exchange.answer(.failure(error), in: host.journal)
        }
    }

    private func authenticate(_ request: S3Request) throws(S3Fault) {
        let now = host.clock.now
        if let signature = try S3Signature(query: request.query, headers: request.headers) {
            try signature.check(request.http, keys: host.keys, now: now, wall: EmulatorClock.wall)
        } else if S3SignatureV2.isPresent(request.query) {
            try S3SignatureV2.check(request, keys: host.keys, now: now)
        }
    }

    /// Waits until the content has its file, then goes on.
    private func takeContent(_ operation: S3Operation, _ request: S3Request, _ exchange: S3Exchange) {
        let upload: ObjectUpload
        if let streamed = request.upload {
            upload = streamed
        } else {
            upload = ObjectUploads(files: store.files, keys: host.keys).upload(for: request)
            upload.write(request.http.body)
        }
        let goOn = { [self] (result: Result<StoredContent, S3Fault>) in
            do throws(S3Fault) {
                let content = try result.get()
                // For the time of the operation; what does not keep it lets it go.
                store.retain(content.segments)
                defer { store.release(content.segments) }
                let response =
                    operation == .putObject
                    ? try putObject(content, request, exchange) : try uploadPart(content, request)
                exchange.answer(.success(response), in: host.journal)
            } catch {
                exchange.answer(.failure(error), in: host.journal)
            }
        }
        // Waiting for the disk is for another thread.
        guard store.files.syncsToDisk else { return goOn(Self.result { () throws(S3Fault) in try upload.finish() }) }
        onAnotherThread({ () throws(S3Fault) in try upload.finish() }, then: goOn)
    }

    /// Carries `body` out where it may take its time, and `then` on the loop.
    func onAnotherThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(S3Fault) -> Value,
        then: @escaping (Result<Value, S3Fault>) -> Void
    ) {
        let done = host.callback(then)
        NIOSingletons.posixBlockingThreadPool.submit { _ in done(Self.result(body)) }
    }

    private static func result<Value>(_ body: () throws(S3Fault) -> Value) -> Result<Value, S3Fault> {
        do throws(S3Fault) { return .success(try body()) } catch { return .failure(error) }
    }

    private func perform(
        _ operation: S3Operation, _ request: S3Request, _ exchange: S3Exchange
    ) throws(S3Fault) {
        switch operation {
        case .copyObject: return try copyObject(request, exchange)
        case .uploadPartCopy: return try uploadPartCopy(request, exchange)
        case .postObject: return try postObject(request, exchange)
        default: break
        }
        let response: HTTPResponse =
            switch operation {
            case .listBuckets: try listBuckets(request)
            case .createBucket: try createBucket(request)
            case .deleteBucket: try deleteBucket(request)
            case .headBucket: try headBucket(request)
            case .getBucketLocation: try getBucketLocation(request)
            case .getBucketVersioning: try getBucketVersioning(request)
            case .putBucketVersioning: try putBucketVersioning(request)
            case .getBucketNotification: try getBucketNotification(request)
            case .putBucketNotification: try putBucketNotification(request, exchange)
            case .getBucketSetting: try getBucketSetting(request)
            case .putBucketSetting: try putBucketSetting(request)
            case .deleteBucketSetting: try deleteBucketSetting(request)
            case .getBucketACL, .getObjectACL: try getACL(request)
            case .putBucketACL, .putObjectACL: try putACL(request)
            case .listObjects: try listObjects(request)
            case .listObjectsV2: try listObjectsV2(request)
            case .listObjectVersions: try listObjectVersions(request)
            case .listMultipartUploads: try listMultipartUploads(request)
            case .deleteObjects: try deleteObjects(request, exchange)
            case .getObject, .headObject: try getObject(request)
            case .deleteObject: try deleteObject(request, exchange)
            case .getObjectAttributes: try getObjectAttributes(request)
            case .getObjectTagging: try getObjectTagging(request)
            case .putObjectTagging: try putObjectTagging(request, exchange)
            case .deleteObjectTagging: try deleteObjectTagging(request, exchange)
            case .createMultipartUpload: try createMultipartUpload(request)
            case .listParts: try listParts(request)
            case .completeMultipartUpload: try completeMultipartUpload(request, exchange)
            case .abortMultipartUpload: try abortMultipartUpload(request)
            case .copyObject, .uploadPartCopy, .postObject, .putObject, .uploadPart: throw .internalError
            }
        exchange.answer(.success(response), in: host.journal)
    }

    // MARK: What operations share

    func bucket(_ request: S3Request) throws(S3Fault) -> S3Bucket {
        let bucket = try store.bucket(request.address.bucket ?? "")
        if let owner = request.header("x-amz-expected-bucket-owner"), owner != LocalAccount.id {
            throw .accessDenied()
        }
        return bucket
    }

    /// - Throws: `KeyTooLongError`.
    func key(_ request: S3Request) throws(S3Fault) -> ObjectKey {
        let key = request.address.key ?? ""
        guard key.utf8.count <= S3Quotas.keyBytesMax else { throw .keyTooLong }
        return ObjectKey(key)
    }

    /// The version that a request names, or the latest one.
    ///
    /// - Throws: `NoSuchKey`, `NoSuchVersion`, or `MethodNotAllowed` for a delete marker.
    func version(_ request: S3Request) throws(S3Fault) -> (bucket: S3Bucket, version: ObjectVersion) {
        let bucket = try bucket(request)
        let key = try key(request)
        return (bucket, try version(key, id: request.query["versionId"], in: bucket))
    }

    func version(_ key: ObjectKey, id: String?, in bucket: S3Bucket) throws(S3Fault) -> ObjectVersion {
        guard let id else {
            guard let latest = bucket.latest(key) else { throw .noSuchKey(key.text) }
            guard !latest.isDeleteMarker else {
                throw S3Fault.noSuchKey(key.text).with(header: "x-amz-delete-marker", "true")
                    .with(header: "x-amz-version-id", latest.id)
            }
            return latest
        }
        guard !id.isEmpty else { throw .invalidArgument("Version id cannot be the empty string", name: "versionId") }
        guard let version = bucket.version(key, id) else { throw .noSuchVersion(key.text, id) }
        guard !version.isDeleteMarker else {
            throw S3Fault.methodNotAllowed.with(header: "x-amz-delete-marker", "true")
                .with(header: "x-amz-version-id", id).with(header: "Allow", "DELETE")
                .with(header: "Last-Modified", HTTPDate.text(version.modified))
        }
        return version
    }

    static func xml(_ text: String, _ headers: [(String, String)] = []) -> HTTPResponse {
        HTTPResponse(.ok, headers: [("Content-Type", "application/xml")] + headers, body: ByteBuffer(string: text))
    }

    /// What the template's owner is called in answers.
    static func writeOwner(_ name: String, _ writer: inout XMLWriter) {
        writer.element(name) { writer in
            writer.element("ID", canonicalUser)
            writer.element("DisplayName", "local")
        }
    }

    /// 64 hexadecimal digits, as canonical user ids are.
    static let canonicalUser = String(repeating: "0", count: 52) + LocalAccount.id
}

/// One request on its way to its answer.
final class S3Exchange {
    let call: ServiceCall
    let requestID: String
    let hostID: String
    /// What a browser is told.
    var cors: [(String, String)] = []
    /// What the caller may be told of a fault.
    var explain: (S3Fault) -> S3Fault = { $0 }

    init(call: ServiceCall, requestID: String, hostID: String) {
        self.call = call
        self.requestID = requestID
        self.hostID = hostID
    }

    /// Answers when all that was noted is in the file.
    func answer(_ result: Result<HTTPResponse, S3Fault>, in journal: Journal) {
        let common =
            [("x-amz-request-id", requestID), ("x-amz-id-2", hostID), ("Server", "AmazonS3")] + cors
        let response: HTTPResponse
        switch result {
        case .success(var success):
            success.headers = common + success.headers
            response = success
        case .failure(let fault):
            response = explain(fault).response(
                resource: call.request.path, isHead: call.request.method == .HEAD, common: common,
                requestID: requestID, hostID: hostID)
        }
        let call = call
        journal.afterCommit { call.answer(response) }
    }
}
