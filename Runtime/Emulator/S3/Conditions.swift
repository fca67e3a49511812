import NIOHTTP1
import Time

/// What a request asks of the object before it is carried out.
///
/// - Note: Source: RFC 9110, section 13.2.2; Amazon S3 API Reference, GetObject, PutObject, CopyObject.
enum Conditions {
    /// For reads. If-Match wins over If-Unmodified-Since, If-None-Match over If-Modified-Since.
    ///
    /// - Throws: `PreconditionFailed` or `NotModified`.
    static func check(read version: ObjectVersion, _ headers: HTTPHeaders) throws(S3Fault) {
        try check(
            version, match: headers.first(name: "If-Match"), noneMatch: headers.first(name: "If-None-Match"),
            modifiedSince: headers.first(name: "If-Modified-Since"),
            unmodifiedSince: headers.first(name: "If-Unmodified-Since"),
            otherwise: S3Fault.notModified.with(header: "ETag", "\"\(version.etag)\"")
                .with(header: "Last-Modified", HTTPDate.text(version.modified)))
    }

    /// For the source of a copy.
    static func check(source version: ObjectVersion, _ headers: HTTPHeaders) throws(S3Fault) {
        try check(
            version, match: headers.first(name: "x-amz-copy-source-if-match"),
            noneMatch: headers.first(name: "x-amz-copy-source-if-none-match"),
            modifiedSince: headers.first(name: "x-amz-copy-source-if-modified-since"),
            unmodifiedSince: headers.first(name: "x-amz-copy-source-if-unmodified-since"),
            otherwise: .preconditionFailed("x-amz-copy-source-If-None-Match"))
    }

    private static func check(
        _ version: ObjectVersion, match: String?, noneMatch: String?, modifiedSince: String?,
        unmodifiedSince: String?, otherwise notModified: S3Fault
    ) throws(S3Fault) {
        // Dates have no milliseconds.
        let modified = version.modified.secondsRoundedDown
        if let match {
            guard names(match, version.etag) else { throw .preconditionFailed("If-Match") }
        } else if let limit = unmodifiedSince.flatMap(HTTPDate.instant), modified > limit.secondsRoundedDown {
            throw .preconditionFailed("If-Unmodified-Since")
        }
        if let noneMatch {
            if names(noneMatch, version.etag) { throw notModified }
        } else if let limit = modifiedSince.flatMap(HTTPDate.instant), modified <= limit.secondsRoundedDown {
            throw notModified
        }
    }

    /// For writes: `If-None-Match: *` wants no object to be there, `If-Match` the one with that ETag.
    ///
    /// - Parameter current: nil if there is none, or a delete marker is the latest.
    static func check(write headers: HTTPHeaders, key: ObjectKey, current: ObjectVersion?) throws(S3Fault) {
        if let noneMatch = headers.first(name: "If-None-Match") {
            guard noneMatch == "*" else { throw .notImplemented("If-None-Match") }
            guard current == nil else { throw .preconditionFailed("If-None-Match") }
        }
        if let match = headers.first(name: "If-Match") {
            guard let current else { throw .noSuchKey(key.text) }
            guard names(match, current.etag) else { throw .preconditionFailed("If-Match") }
        }
    }

    /// Whether a list of ETags has this one, in quotes or, as S3 allows, without.
    private static func names(_ list: String, _ etag: String) -> Bool {
        list.split(separator: ",").contains { element in
            var text = element.filter { $0 != " " && $0 != "\"" }
            if text.hasPrefix("W/") { text.removeFirst(2) }
            return text == "*" || text == etag
        }
    }
}
