import AWSServices
import Glibc
import JSON
import Testing
import Time

/// Our signatures beside botocore's, which `Tests/Conformance/signing_vectors.py` wrote down.
struct RequestSignerTests {
    struct Vectors: Decodable, Sendable {
        var accessKeyID, secretAccessKey, instant: String
        var cases: [Row]
    }
    struct Row: Decodable, Sendable, CustomTestStringConvertible {
        var name, service, region, method, path, body, host: String
        var query, headers: [[String]]
        var token: String?
        var expires: Int?
        var expected: Expected
        var testDescription: String { name }

        var request: UnsignedRequest {
            UnsignedRequest(
                method, host: host, path: path, query: query.map { ($0[0], $0[1]) },
                headers: headers.map { ($0[0], $0[1]) },
                body: Array(body.utf8))
        }
    }
    struct Expected: Decodable, Sendable {
        var path: String
        var authorization, contentSHA256, signature, signedHeaders: String?
    }

    static let vectors = try! decodeJSON(Vectors.self, from: bytes(of: "Conformance/signatures.json"))
    static let instant = Timestamp(rfc3339: vectors.instant)!

    /// A file under `Tests`.
    static func bytes(of name: String) -> [UInt8] {
        let path = #filePath.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/" + name
        let descriptor = open(path, O_RDONLY)
        precondition(descriptor >= 0, "\(path) can't be read")
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &room, room.count)
            guard count > 0 else { return bytes }
            bytes += room[..<count]
        }
    }

    static func signer(_ row: Row) -> RequestSigner {
        RequestSigner(
            service: row.service, region: row.region,
            credentials: Credentials(
                accessKeyID: vectors.accessKeyID, secretAccessKey: vectors.secretAccessKey, sessionToken: row.token))
    }

    @Test(arguments: vectors.cases.filter { $0.expires == nil })
    func `signs as botocore does`(row: Row) {
        let signer = Self.signer(row)
        let headers = Dictionary(
            signer.headers(signing: row.request, at: Self.instant).map { ($0.name.lowercased(), $0.value) }
        ) { $1 }
        #expect(headers["authorization"] == row.expected.authorization)
        #expect(headers["x-amz-date"] == "20150830T123600Z")
        #expect(headers["x-amz-security-token"] == row.token)
        #expect(headers["x-amz-content-sha256"] == row.expected.contentSHA256)
        #expect(signer.target(of: row.request).split(separator: "?").first.map(String.init) == row.expected.path)
    }

    @Test(arguments: vectors.cases.filter { $0.expires != nil })
    func `presigns as botocore does`(row: Row) throws {
        let target = Self.signer(row).presignedTarget(
            of: row.request, at: Self.instant, expiresAfter: try #require(row.expires))
        let parts = target.split(separator: "?", maxSplits: 1)
        #expect(String(parts[0]) == row.expected.path)
        let query = parts[1].split(separator: "&")
        #expect(query.last == "X-Amz-Signature=\(row.expected.signature ?? "")")
        let signedHeaders = row.expected.signedHeaders?.replacing(";", with: "%3B") ?? ""
        #expect(query.contains("X-Amz-SignedHeaders=\(signedHeaders)"))
        #expect(query.contains("X-Amz-Expires=\(row.expires ?? 0)"))
    }

    @Test func `both kinds are among the cases`() {
        #expect(Self.vectors.cases.count { $0.expires == nil } >= 25)
        #expect(Self.vectors.cases.count { $0.expires != nil } >= 15)
    }

    @Test func `the key changes with the day`() throws {
        let row = try #require(Self.vectors.cases.first)
        let signer = Self.signer(row)
        func authorization(_ instant: Timestamp) -> String? {
            signer.headers(signing: row.request, at: instant).last?.value
        }
        let first = authorization(Self.instant)
        let nextDay = Self.instant + .seconds(86_400)
        #expect(authorization(nextDay) == Self.signer(row).headers(signing: row.request, at: nextDay).last?.value)
        #expect(authorization(nextDay)?.contains("/20150831/") == true)
        #expect(authorization(Self.instant) == first)
    }
}
