package import Time

/// A bucket by the name the product gives it. Which physical bucket that is, the adapter knows (on AWS from the
/// environment).
package struct BucketName: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package var description: String { rawValue }
}

/// Where an object is.
package struct ObjectAddress: Hashable, Sendable {
    package var bucket: BucketName
    /// 1...1,024 bytes of UTF-8, any characters.
    package var key: String
    /// One version of it, in a bucket that keeps versions; nil is the latest.
    package var version: String?

    package init(_ bucket: BucketName, _ key: String, version: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.version = version
    }
}

/// What came of reading an object.
package enum ObjectRead: Hashable, Sendable {
    case found([UInt8])
    /// There is none, or that version of it is no more.
    case missing
    /// It has more bytes than the caller wants to hold.
    case tooLarge
}

/// A request that whoever holds it may make until it expires, exactly as it stands.
package struct PresignedRequest: Hashable, Sendable {
    package var url: String
    /// To be sent with these values: the signature is over them.
    package var headers: [String: String]
    package var expiresAt: Timestamp

    package init(url: String, headers: [String: String] = [:], expiresAt: Timestamp) {
        self.url = url
        self.headers = headers
        self.expiresAt = expiresAt
    }
}

/// The buckets of the bundle.
package protocol ObjectStore: Sendable {
    /// Reads an object, and stops where it is larger than wanted.
    ///
    /// - Parameter bytesMax: 0...20,000,000.
    /// - Throws: `.throttled` and `.unavailable` if the same may work later, `.rejected` if the call is refused.
    /// - Note: Source: Amazon S3 API Reference, GetObject. Whoever may not list a bucket is refused, rather than told
    ///   that an object is missing.
    func read(_ object: ObjectAddress, bytesMax: Int) async throws(ServiceError) -> ObjectRead

    /// Stores an object under a key that has none; an object that is there stays as it is.
    ///
    /// - Throws: `.throttled` and `.unavailable` if the same may work later: it may have happened, and can be done
    ///   again. `.rejected` if the call is refused.
    /// - Note: Source: Amazon S3 API Reference, PutObject with `If-None-Match`.
    func insert(_ bytes: [UInt8], _ headers: ObjectHeaders, at object: ObjectAddress) async throws(ServiceError)

    /// Removes an object for good, or the version that is named; none is fine too.
    ///
    /// - Throws: as ``insert(_:_:at:)``.
    /// - Note: Source: Amazon S3 API Reference, DeleteObject.
    func delete(_ object: ObjectAddress) async throws(ServiceError)

    /// The request by which somebody else may upload one object of exactly this size and type.
    ///
    /// - Parameters:
    ///   - bytes: its size; the store refuses any other.
    ///   - lifetime: 1 s to 7 days, in whole seconds; our own credentials may expire before.
    /// - Throws: `.rejected` if nobody said which bucket that is.
    func upload(
        to object: ObjectAddress, bytes: Int, type: String, at now: Timestamp, lifetime: Duration
    ) throws(ServiceError) -> PresignedRequest

    /// The request by which somebody else may read an object.
    ///
    /// - Parameter lifetime: 1 s to 7 days, in whole seconds; our own credentials may expire before.
    /// - Throws: `.rejected` if nobody said which bucket that is.
    func download(
        of object: ObjectAddress, at now: Timestamp, lifetime: Duration
    ) throws(ServiceError) -> PresignedRequest
}

/// What is told of an object to whoever reads it.
package struct ObjectHeaders: Hashable, Sendable {
    package var type: String
    /// As HTTP has it; nil says nothing.
    package var cacheControl: String?

    package init(type: String, cacheControl: String? = nil) {
        self.type = type
        self.cacheControl = cacheControl
    }
}
