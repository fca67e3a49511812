import HTTPTransport
package import Services
package import Time

/// The buckets on S3, or on whatever speaks its protocol.
///
/// - Note: Source: Amazon S3 API Reference; User Guide, "Conditional requests", "Download and upload objects with
///   presigned URLs".
package struct S3Store: ObjectStore {
    private let endpoint: S3Endpoint
    private let retries: RetryPolicy
    /// The physical bucket's name; nil if nobody said which that is.
    private let physicalName: @Sendable (BucketName) -> String?

    package init(
        endpoint: S3Endpoint, retries: RetryPolicy = RetryPolicy(),
        physicalName: @escaping @Sendable (BucketName) -> String?
    ) {
        self.endpoint = endpoint
        self.retries = retries
        self.physicalName = physicalName
    }

    package func read(_ object: ObjectAddress, bytesMax: Int) async throws(ServiceError) -> ObjectRead {
        var call = try call(.get, object)
        call.bytesMax = bytesMax
        switch try await send(call, "GetObject") {
        case .success(let response): return .found(response.body)
        case .tooLarge: return .tooLarge
        case .refused(404, "NoSuchKey"), .refused(404, "NoSuchVersion"): return .missing
        case .refused(let status, let code): throw Self.rejection("GetObject", status, code)
        }
    }

    package func insert(
        _ bytes: [UInt8], _ headers: ObjectHeaders, at object: ObjectAddress
    ) async throws(ServiceError) {
        var call = try call(.put, object)
        call.headers = [("Content-Type", headers.type), ("If-None-Match", "*")]
        if let cacheControl = headers.cacheControl { call.headers.append(("Cache-Control", cacheControl)) }
        call.body = bytes
        switch try await send(call, "PutObject") {
        case .success: return
        // The condition: there is one already.
        case .refused(412, _): return
        case .refused(let status, let code): throw Self.rejection("PutObject", status, code)
        case .tooLarge: throw .unavailable("PutObject: an answer out of all proportion")
        }
    }

    package func delete(_ object: ObjectAddress) async throws(ServiceError) {
        switch try await send(try call(.delete, object), "DeleteObject") {
        case .success, .refused(404, "NoSuchKey"), .refused(404, "NoSuchVersion"): return
        case .refused(let status, let code): throw Self.rejection("DeleteObject", status, code)
        case .tooLarge: throw .unavailable("DeleteObject: an answer out of all proportion")
        }
    }

    /// S3 counts the signed `Content-Length` as it counts every signed header: an upload that says another length has a
    /// wrong signature, one that sends more or less than it says is no valid request, and one that says none is
    /// refused. So the size is capped by S3 itself, to the byte. A form's policy would cap it too, by a range, and
    /// would take a multipart body in place of the file as it is.
    package func upload(
        to object: ObjectAddress, bytes: Int, type: String, at now: Timestamp, lifetime: Duration
    ) throws(ServiceError) -> PresignedRequest {
        var call = try call(.put, object)
        let headers = ["content-length": String(bytes), "content-type": type]
        call.headers = headers.map { (name: $0.key, value: $0.value) }
        return presigned(call, headers, at: now, lifetime: lifetime)
    }

    package func download(
        of object: ObjectAddress, at now: Timestamp, lifetime: Duration
    ) throws(ServiceError) -> PresignedRequest {
        presigned(try call(.get, object), [:], at: now, lifetime: lifetime)
    }

    private func presigned(
        _ call: S3Endpoint.Call, _ headers: [String: String], at now: Timestamp, lifetime: Duration
    ) -> PresignedRequest {
        // A signature has no milliseconds: what it says is a little earlier.
        let seconds = Int(lifetime.components.seconds)
        return PresignedRequest(
            url: endpoint.presigned(call, at: now, expiresAfter: seconds), headers: headers,
            expiresAt: Timestamp(seconds: now.secondsRoundedDown + Int64(seconds)))
    }

    private func call(
        _ method: HTTPRequest.Method, _ object: ObjectAddress
    ) throws(ServiceError) -> S3Endpoint.Call {
        guard let bucket = physicalName(object.bucket) else { throw .rejected("no bucket is set for \(object.bucket)") }
        return S3Endpoint.Call(
            method: method, bucket: bucket, key: object.key,
            query: object.version.map { [(name: "versionId", value: $0)] } ?? [])
    }

    private enum Answer {
        case success(HTTPResponse)
        case refused(status: Int, code: String)
        case tooLarge
    }

    /// Every call here may be made again: reads change nothing, a key is written and a version removed once.
    private func send(_ call: S3Endpoint.Call, _ operation: String) async throws(ServiceError) -> Answer {
        var attempt = 1
        while true {
            let error: ServiceError
            switch endpoint.send(call) {
            case .success(let response): return .success(response)
            case .refused(let status, let code): return .refused(status: status, code: code)
            case .tooLarge: return .tooLarge
            case .busy: error = .throttled
            case .failed(let why): error = .unavailable("\(operation): \(why)")
            }
            guard await retries.goesOn(after: attempt) else { throw error }
            attempt += 1
        }
    }

    private static func rejection(_ operation: String, _ status: Int, _ code: String) -> ServiceError {
        .rejected("\(operation): status \(status): \(code)")
    }
}
