import AWSServices
import HTTPTransport
import Services
import Synchronization
import Testing
import Time

struct S3StoreTests {
    /// Answers as told, in XML where it refuses, and keeps what it was asked.
    final class Peer: HTTPClient {
        private let answers: Mutex<[Result<HTTPResponse, HTTPError>]>
        private let asked = Mutex<[HTTPRequest]>([])
        init(_ answers: [Result<HTTPResponse, HTTPError>]) { self.answers = Mutex(answers) }
        var requests: [HTTPRequest] { asked.withLock { $0 } }

        func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
            asked.withLock { $0.append(request) }
            guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                throw .notSent("more calls than answers")
            }
            return try answer.get()
        }
    }

    static func ok(_ body: String = "") -> Result<HTTPResponse, HTTPError> {
        .success(HTTPResponse(status: 200, body: Array(body.utf8)))
    }
    static func refusal(_ status: Int, _ code: String) -> Result<HTTPResponse, HTTPError> {
        let body =
            #"<?xml version="1.0" encoding="UTF-8"?>\#n<Error><Code>\#(code)</Code><Message>no</Message></Error>"#
        return .success(HTTPResponse(status: status, body: Array(body.utf8)))
    }

    static let bucket = BucketName(rawValue: "Avatars")
    static let now = Timestamp(rfc3339: "2015-08-30T12:36:00.500Z")!

    static func store(_ peer: Peer, url: String? = "http://127.0.0.1:4566", token: String? = nil) -> S3Store {
        let endpoint = S3Endpoint(
            url: url, region: "eu-central-1",
            credentials: Credentials(
                accessKeyID: RequestSignerTests.vectors.accessKeyID,
                secretAccessKey: RequestSignerTests.vectors.secretAccessKey, sessionToken: token), client: peer,
            clock: SigningClock { now })
        return S3Store(endpoint: endpoint, retries: Pauses().policy) { $0 == bucket ? "bundle" : nil }
    }

    // MARK: Addresses

    @Test(
        arguments: [
            (nil, "https://bundle.s3.eu-central-1.amazonaws.com/a%20b/%2B%25%C3%BC?versionId=v%2B1"),
            ("http://127.0.0.1:4566", "http://127.0.0.1:4566/bundle/a%20b/%2B%25%C3%BC?versionId=v%2B1"),
            ("http://localhost:80/", "http://localhost/bundle/a%20b/%2B%25%C3%BC?versionId=v%2B1"),
        ] as [(String?, String)])
    func `asks where the object is`(url: String?, address: String) async throws {
        let peer = Peer([Self.ok("hello")])
        let object = ObjectAddress(Self.bucket, "a b/+%ü", version: "v+1")
        #expect(try await Self.store(peer, url: url).read(object, bytesMax: 10_000) == .found(Array("hello".utf8)))
        #expect(peer.requests.map(\.url) == [address])
        #expect(peer.requests[0].responseBytesMax == 16_384)
        #expect(peer.requests[0].headers.contains { $0.name == "Authorization" })
    }

    @Test(arguments: [(5, ObjectRead.found(Array("hello".utf8))), (4, .tooLarge)])
    func `an object smaller than a refusal has its ceiling too`(bytesMax: Int, read: ObjectRead) async throws {
        let object = ObjectAddress(Self.bucket, "k")
        #expect(try await Self.store(Peer([Self.ok("hello")])).read(object, bytesMax: bytesMax) == read)
        #expect(
            try await Self.store(Peer([Self.refusal(404, "NoSuchKey")])).read(object, bytesMax: bytesMax) == .missing)
    }

    // MARK: Answers

    enum End: Hashable, Sendable { case found, missing, tooLarge, throttled, unavailable, rejected }
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [Result<HTTPResponse, HTTPError>]
        var end: End
    }
    static let rows = [
        Row(testDescription: "found", answers: [ok()], end: .found),
        Row(testDescription: "no key", answers: [refusal(404, "NoSuchKey")], end: .missing),
        Row(testDescription: "no version", answers: [refusal(404, "NoSuchVersion")], end: .missing),
        Row(testDescription: "no bucket", answers: [refusal(404, "NoSuchBucket")], end: .rejected),
        Row(testDescription: "no right", answers: [refusal(403, "AccessDenied")], end: .rejected),
        Row(testDescription: "larger", answers: [.failure(.responseTooLarge(bytesMax: 1))], end: .tooLarge),
        Row(testDescription: "busy, then found", answers: [refusal(503, "SlowDown"), ok()], end: .found),
        Row(
            testDescription: "busy for ever", answers: Array(repeating: refusal(503, "SlowDown"), count: 3),
            end: .throttled),
        Row(
            testDescription: "failing, lost, found",
            answers: [refusal(500, "InternalError"), .failure(.outcomeUnknown("x")), ok()], end: .found),
        Row(
            testDescription: "never reached", answers: Array(repeating: .failure(.notSent("x")), count: 3),
            end: .unavailable),
    ]
    @Test(arguments: rows) func `reads until there is an answer`(row: Row) async {
        let peer = Peer(row.answers)
        var end: End
        do throws(ServiceError) {
            switch try await Self.store(peer).read(ObjectAddress(Self.bucket, "k"), bytesMax: 10_000) {
            case .found: end = .found
            case .missing: end = .missing
            case .tooLarge: end = .tooLarge
            }
        } catch {
            switch error {
            case .throttled: end = .throttled
            case .unavailable: end = .unavailable
            default: end = .rejected
            }
        }
        #expect(end == row.end)
        #expect(peer.requests.count == row.answers.count)
    }

    @Test func `signs again by the service's time`() async throws {
        let body = "<Error><Code>RequestTimeTooSkewed</Code></Error>"
        let skewed = HTTPResponse(
            status: 403, headers: [("Date", "Sun, 30 Aug 2015 14:36:00 GMT")], body: Array(body.utf8))
        let peer = Peer([.success(skewed), Self.ok()])
        #expect(try await Self.store(peer).read(ObjectAddress(Self.bucket, "k"), bytesMax: 10_000) == .found([]))
        let dates = peer.requests.map { request in request.headers.first { $0.name == "X-Amz-Date" }?.value }
        #expect(dates == ["20150830T123600Z", "20150830T143600Z"])
    }

    @Test func `stores what is not there, and leaves what is`() async throws {
        let peer = Peer([
            Self.ok(), Self.refusal(412, "PreconditionFailed"), Self.refusal(409, "ConditionalRequestConflict"),
            Self.ok(),
        ])
        let store = Self.store(peer)
        let headers = ObjectHeaders(type: "image/jpeg", cacheControl: "private")
        for _ in 0..<3 { try await store.insert([1, 2], headers, at: ObjectAddress(Self.bucket, "k")) }
        #expect(peer.requests.count == 4)
        for request in peer.requests {
            let sent = Dictionary(request.headers.map { ($0.name, $0.value) }) { $1 }
            #expect(request.method == .put && request.body == [1, 2])
            #expect(sent["If-None-Match"] == "*" && sent["Content-Type"] == "image/jpeg")
            #expect(sent["Cache-Control"] == "private")
        }
    }

    @Test func `removes one version`() async throws {
        let peer = Peer([.success(HTTPResponse(status: 204)), Self.refusal(404, "NoSuchVersion")])
        let store = Self.store(peer)
        for _ in 0..<2 { try await store.delete(ObjectAddress(Self.bucket, "k", version: "v")) }
        #expect(peer.requests.map(\.url) == Array(repeating: "http://127.0.0.1:4566/bundle/k?versionId=v", count: 2))
        #expect(peer.requests.allSatisfy { $0.method == .delete })
    }

    @Test func `a bucket nobody named is refused`() async {
        let unknown = ObjectAddress(BucketName(rawValue: "Others"), "k")
        await #expect(throws: ServiceError.rejected("no bucket is set for Others")) {
            try await Self.store(Peer([])).read(unknown, bytesMax: 1)
        }
    }

    // MARK: Presigned

    @Test(arguments: RequestSignerTests.vectors.cases.filter { $0.name.hasPrefix("presigned upload of a length") })
    func `offers uploads as botocore signs them`(row: RequestSignerTests.Row) throws {
        let store = S3Store(
            endpoint: S3Endpoint(
                url: nil, region: row.region,
                credentials: Credentials(
                    accessKeyID: RequestSignerTests.vectors.accessKeyID,
                    secretAccessKey: RequestSignerTests.vectors.secretAccessKey, sessionToken: row.token),
                client: Peer([]), clock: SigningClock { Self.now })
        ) { _ in "bundle" }
        let request = try store.upload(
            to: ObjectAddress(Self.bucket, String(row.path.dropFirst())), bytes: 1_843_212, type: "image/png",
            at: Self.now, lifetime: .seconds(300))
        #expect(request.url.hasPrefix("https://bundle.s3.eu-central-1.amazonaws.com\(row.expected.path)?"))
        #expect(request.url.hasSuffix("X-Amz-Signature=\(row.expected.signature ?? "none")"))
        #expect(request.url.contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost&"))
        #expect(request.headers == ["content-length": "1843212", "content-type": "image/png"])
        #expect(request.expiresAt == Timestamp(rfc3339: "2015-08-30T12:41:00Z"))
    }

    @Test func `addresses for reading say nothing but where and for how long`() throws {
        let request = try Self.store(Peer([])).download(
            of: ObjectAddress(Self.bucket, "k"), at: Self.now, lifetime: .seconds(60))
        #expect(request.headers.isEmpty)
        #expect(request.url.hasPrefix("http://127.0.0.1:4566/bundle/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
        #expect(request.url.contains("X-Amz-Expires=60&") && request.url.contains("X-Amz-SignedHeaders=host&"))
    }
}
