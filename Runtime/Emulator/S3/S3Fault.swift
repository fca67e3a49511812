import NIOCore
import NIOHTTP1

/// An error as S3 answers it.
///
/// - Note: Source: Amazon S3 API Reference, "Error responses"; codes and words as the service gives them.
struct S3Fault: Error, Hashable {
    /// Such as `NoSuchKey`.
    var code: String
    var message: String
    var status: HTTPResponseStatus
    /// Elements besides, such as `Key`.
    var details: [Detail] = []
    var headers: [Detail] = []

    struct Detail: Hashable {
        var name: String
        var value: String
    }

    init(_ code: String, _ status: HTTPResponseStatus, _ message: String, _ details: [(String, String)] = []) {
        self.code = code
        self.message = message
        self.status = status
        self.details = details.map { Detail(name: $0.0, value: $0.1) }
    }

    func with(header name: String, _ value: String) -> S3Fault {
        var fault = self
        fault.headers.append(Detail(name: name, value: value))
        return fault
    }

    func response(resource: String, isHead: Bool, common: [(String, String)], requestID: String, hostID: String)
        -> HTTPResponse
    {
        let headers = common + headers.map { ($0.name, $0.value) }
        guard !isHead, status != .notModified else {
            return HTTPResponse(status, headers: headers + [("Content-Type", "application/xml")])
        }
        var writer = XMLWriter()
        writer.element("Error") { writer in
            writer.element("Code", code)
            writer.element("Message", message)
            for detail in details { writer.element(detail.name, detail.value) }
            writer.element("Resource", resource)
            writer.element("RequestId", requestID)
            writer.element("HostId", hostID)
        }
        return HTTPResponse(
            status, headers: headers + [("Content-Type", "application/xml")], body: ByteBuffer(string: writer.text))
    }
}

extension S3Fault {
    static func noSuchBucket(_ name: String) -> S3Fault {
        S3Fault("NoSuchBucket", .notFound, "The specified bucket does not exist", [("BucketName", name)])
    }

    static func noSuchKey(_ key: String) -> S3Fault {
        S3Fault("NoSuchKey", .notFound, "The specified key does not exist.", [("Key", key)])
    }

    static func noSuchVersion(_ key: String, _ version: String) -> S3Fault {
        S3Fault(
            "NoSuchVersion", .notFound, "The specified version does not exist.",
            [("Key", key), ("VersionId", version)])
    }

    static func noSuchUpload(_ id: String) -> S3Fault {
        S3Fault(
            "NoSuchUpload", .notFound,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
                + "completed.", [("UploadId", id)])
    }

    static func invalidArgument(_ message: String, name: String? = nil, value: String? = nil) -> S3Fault {
        var details: [(String, String)] = []
        if let name { details.append(("ArgumentName", name)) }
        if let value { details.append(("ArgumentValue", value)) }
        return S3Fault("InvalidArgument", .badRequest, message, details)
    }

    static func invalidRequest(_ message: String) -> S3Fault { S3Fault("InvalidRequest", .badRequest, message) }

    static func preconditionFailed(_ condition: String) -> S3Fault {
        S3Fault(
            "PreconditionFailed", .preconditionFailed,
            "At least one of the pre-conditions you specified did not hold", [("Condition", condition)])
    }

    static func accessDenied(_ message: String = "Access Denied", _ details: [(String, String)] = []) -> S3Fault {
        S3Fault("AccessDenied", .forbidden, message, details)
    }

    static func badDigest(_ name: String) -> S3Fault {
        S3Fault(
            "BadDigest", .badRequest, "The \(name) you specified did not match the calculated checksum.")
    }

    static func notImplemented(_ what: String) -> S3Fault {
        S3Fault(
            "NotImplemented", .notImplemented,
            "A header you provided implies functionality that is not implemented: \(what)")
    }

    static let methodNotAllowed = S3Fault(
        "MethodNotAllowed", .methodNotAllowed, "The specified method is not allowed against this resource.")
    static let malformedXML = S3Fault(
        "MalformedXML", .badRequest,
        "The XML you provided was not well-formed or did not validate against our published schema")
    static let incompleteBody = S3Fault(
        "IncompleteBody", .badRequest,
        "You did not provide the number of bytes specified by the Content-Length HTTP header")
    static let entityTooLarge = S3Fault(
        "EntityTooLarge", .badRequest, "Your proposed upload exceeds the maximum allowed size",
        [("MaxSizeAllowed", String(S3Quotas.putBytesMax))])
    static let keyTooLong = S3Fault(
        "KeyTooLongError", .badRequest, "Your key is too long", [("MaxSizeAllowed", String(S3Quotas.keyBytesMax))])
    static let invalidDigest = S3Fault(
        "InvalidDigest", .badRequest, "The Content-MD5 you specified was invalid.")
    static let internalError = S3Fault(
        "InternalError", .internalServerError, "We encountered an internal error. Please try again.")
    static let notModified = S3Fault("NotModified", .notModified, "Not Modified")
}
