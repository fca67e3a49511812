import Emulator
import JSON
import NIOHTTP1
import Testing
import Time

/// Forms of keys, ranges, addresses and names.
struct S3FormTests {
    @Test(arguments: [
        ("a/b-c_d.e*f", "a/b-c_d.e*f"), ("a b", "a+b"), ("a+b", "a%2Bb"), ("~", "%7E"), ("ü", "%C3%BC"),
        ("(1)&=%", "%281%29%26%3D%25"), ("\n", "%0A"),
    ]) func `keys in lists and notifications`(key: String, expected: String) {
        #expect(PercentText.listed(key) == expected)
        #expect(PercentText.decoded(expected, plusIsSpace: true) == key)
    }

    @Test(arguments: [("a%2Fb", "a/b"), ("a+b", "a+b"), ("%zz%4", "%zz%4"), ("%FF", nil)])
    func `paths are decoded`(text: String, expected: String?) {
        #expect(PercentText.decoded(text, plusIsSpace: false) == expected)
    }

    static let ranges: [(String, Int, Range<Int>?)] = [
        ("bytes=0-0", 10, 0..<1), ("bytes=9-9", 10, 9..<10), ("bytes=10-", 10, nil), ("bytes=3-", 10, 3..<10),
        ("bytes=3-100", 10, 3..<10), ("bytes=-1", 10, 9..<10), ("bytes=-10", 10, 0..<10), ("bytes=-11", 10, 0..<10),
        ("bytes=-0", 10, nil), ("bytes=0-0", 0, nil), ("bytes=-5", 0, nil),
    ]
    @Test(arguments: ranges) func `ranges of bytes`(header: String, size: Int, expected: Range<Int>?) throws {
        #expect(try #require(ByteRange(header)).resolved(size: size) == expected)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=2-1", "bytes=0-1,2-3", "lines=0-1", "bytes=--1",
    ])
    func `no ranges`(header: String) { #expect(ByteRange(header) == nil) }

    static let addresses: [(String?, String, String?, String?)] = [
        (nil, "/", nil, nil), ("127.0.0.1:4566", "/b", "b", nil), ("localhost:4566", "/b/", "b", nil),
        ("localhost", "/b/k%20/x", "b", "k /x"), ("localhost", "/b//k", "b", "/k"), ("b.localhost:1", "/k", "b", "k"),
        ("b.s3.localhost", "/", "b", nil), ("b.c.s3.us-east-1.localhost", "/k", "b.c", "k"),
        ("s3.localhost", "/b/k", "b", "k"), ("b.s3.amazonaws.com", "/k", "b", "k"),
        ("b.s3-eu-west-1.amazonaws.com", "/k", "b", "k"), ("id.execute-api.localhost", "/b/k", "b", "k"),
        ("example.com", "/b/k", "b", "k"),
    ]
    @Test(arguments: addresses) func `buckets and keys of addresses`(
        host: String?, path: String, bucket: String?, key: String?
    ) throws {
        let address = try #require(S3Address(host: host, path: path))
        #expect(address.bucket == bucket)
        #expect(address.key == key)
    }

    @Test func `a path that is no UTF-8 is no address`() { #expect(S3Address(host: nil, path: "/b/%FF") == nil) }

    static let signs: [(String, HTTPHeaders, Bool)] = [
        ("/b/k", ["Authorization": "AWS4-HMAC-SHA256 Credential=K/20230101/us-east-1/s3/aws4_request, …"], true),
        ("/b/k", ["Authorization": "AWS4-HMAC-SHA256 Credential=K/20230101/us-east-1/sqs/aws4_request, …"], false),
        ("/b/k?X-Amz-Credential=K%2F20230101%2Fus-east-1%2Fs3%2Faws4_request", [:], true),
        ("/b/k?X-Amz-Credential=K%2F20230101%2Fus-east-1%2Fsqs%2Faws4_request", [:], false),
        ("/b/k?AWSAccessKeyId=K&Signature=s&Expires=1", [:], true), ("/b/k", ["Host": "b.s3.localhost"], true),
        ("/b/k", ["Host": "localhost:4566"], false), ("/b/k", ["Authorization": "Bearer x"], false),
    ]
    @Test(arguments: signs) func `requests that say they are for S3`(uri: String, headers: HTTPHeaders, isS3: Bool) {
        #expect(S3Address.isCertain(uri: uri, headers: headers) == isS3)
    }

    @Test(arguments: [
        ("abc", true), ("a.b-c.1", true), (String(repeating: "a", count: 63), true), ("ab", false),
        (String(repeating: "a", count: 64), false), ("Abc", false), ("a_b", false), ("-ab", false), ("ab-", false),
        ("a..b", false), (".ab", false), ("1.2.3.4", false), ("1.2.3.400", true), ("xn--a", false),
        ("a-s3alias", false), ("ü12", false),
    ]) func `names of buckets`(name: String, isValid: Bool) { #expect(BucketName.isValid(name) == isValid) }
}

struct NotificationRuleTests {
    private static func rule(
        _ events: [String] = ["s3:ObjectCreated:*"], _ prefix: String = "", _ suffix: String = ""
    ) -> NotificationConfiguration.Rule {
        NotificationConfiguration.Rule(
            id: "r", destination: .queue, arn: "arn", events: events, prefix: prefix, suffix: suffix)
    }

    static let matches: [(NotificationConfiguration.Rule, String, String, Bool)] = [
        (rule(), "ObjectCreated:Put", "a", true), (rule(), "ObjectRemoved:Delete", "a", false),
        (rule(["s3:ObjectCreated:Put"]), "ObjectCreated:Copy", "a", false),
        (rule(["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"]), "ObjectRemoved:Delete", "a", true),
        (rule(["s3:ObjectCreated:*"], "in/"), "ObjectCreated:Put", "in/a", true),
        (rule(["s3:ObjectCreated:*"], "in/"), "ObjectCreated:Put", "in", false),
        (rule(["s3:ObjectCreated:*"], "", ".png"), "ObjectCreated:Put", "a.png", true),
        (rule(["s3:ObjectCreated:*"], "", ".png"), "ObjectCreated:Put", "a.PNG", false),
        (rule(["s3:ObjectCreated:*"], "ab", "bc"), "ObjectCreated:Put", "abc", true),
        (rule(["s3:ObjectCreated:*"], "é"), "ObjectCreated:Put", "e\u{301}", false),
    ]
    @Test(arguments: matches) func `rules hold for events and keys`(
        rule: NotificationConfiguration.Rule, event: String, key: String, isMatch: Bool
    ) { #expect(rule.matches(event: event, key: key) == isMatch) }

    static let overlaps: [(NotificationConfiguration.Rule, NotificationConfiguration.Rule, Bool)] = [
        (rule(), rule(), true), (rule(), rule(["s3:ObjectCreated:Put"]), true),
        (rule(), rule(["s3:ObjectRemoved:*"]), false),
        (rule(["s3:ObjectCreated:*"], "a"), rule(["s3:ObjectCreated:*"], "b"), false),
        (rule(["s3:ObjectCreated:*"], "a"), rule(["s3:ObjectCreated:*"], "ab"), true),
        (rule(["s3:ObjectCreated:*"], "a"), rule(["s3:ObjectCreated:*"], "", ".png"), true),
        (rule(["s3:ObjectCreated:*"], "", ".jpg"), rule(["s3:ObjectCreated:*"], "", ".png"), false),
    ]
    @Test(arguments: overlaps) func `rules that overlap`(
        one: NotificationConfiguration.Rule, other: NotificationConfiguration.Rule, isOverlap: Bool
    ) {
        #expect((NotificationConfiguration(rules: [one, other]).overlap() != nil) == isOverlap)
        #expect((NotificationConfiguration(rules: [other, one]).overlap() != nil) == isOverlap)
    }
}

struct PostFormTests {
    private static let policy: JSONValue = [
        "expiration": "2023-02-23T18:00:00.000Z",
        "conditions": [
            ["bucket": "b"], ["starts-with", "$key", "in/"], ["eq", "$acl", "private"],
            ["starts-with", "$Content-Type", "image/"], ["content-length-range", 1, 10], ["starts-with", "$any", ""],
        ],
    ]
    private static let fields = [
        "key": "in/a", "acl": "private", "content-type": "image/png", "any": "x", "policy": "p", "x-amz-signature": "s",
    ]
    static let rows: [([String: String], Int, Int64, PostPolicy.Refusal?)] = [
        ([:], 1, -1, nil), ([:], 10, -1, nil), ([:], 0, -1, .tooSmall(size: 0, min: 1)),
        ([:], 11, -1, .tooLarge(size: 11, max: 10)), ([:], 1, 0, .denied("Policy expired.")),
        (["key": "out/a"], 1, -1, .denied(#"Policy Condition failed: ["starts-with","$key","in/"]"#)),
        (["acl": "public"], 1, -1, .denied(#"Policy Condition failed: ["eq","$acl","private"]"#)),
        (
            ["content-type": "image/png,text/html"], 1, -1,
            .denied(#"Policy Condition failed: ["starts-with","$Content-Type","image/"]"#)
        ),
        (["x-amz-meta-a": "1"], 1, -1, .denied("Extra input fields: x-amz-meta-a")), (["x-ignore-a": "1"], 1, -1, nil),
    ]
    @Test(arguments: rows) func `what a policy refuses`(
        change: [String: String], size: Int, millisecondsAfter: Int64, refusal: PostPolicy.Refusal?
    ) throws {
        let policy = try PostPolicy(Self.policy)
        let now = Timestamp(rfc3339: "2023-02-23T18:00:00.000Z")! + .milliseconds(millisecondsAfter)
        let fields = Self.fields.merging(change) { _, new in new }
        #expect(
            Self.refusal { () throws(PostPolicy.Refusal) in
                try policy.check(fields, bucket: "b", size: size, now: now)
            } == refusal)
        #expect(
            Self.refusal { () throws(PostPolicy.Refusal) in
                try policy.check(fields, bucket: "other", size: size, now: now)
            } != nil)
    }

    private static func refusal(_ body: () throws(PostPolicy.Refusal) -> Void) -> PostPolicy.Refusal? {
        do throws(PostPolicy.Refusal) { try body() } catch { return error }
        return nil
    }

    @Test(arguments: [
        #"{"conditions":[]}"#, #"{"expiration":"soon","conditions":[]}"#, #"{"expiration":"2023-02-23T18:00:00Z"}"#,
        #"{"expiration":"2023-02-23T18:00:00Z","conditions":[["like","$a","b"]]}"#,
        #"{"expiration":"2023-02-23T18:00:00Z","conditions":[["eq","a","b"]]}"#,
        #"{"expiration":"2023-02-23T18:00:00Z","conditions":[["content-length-range",2,1]]}"#,
        #"{"expiration":"2023-02-23T18:00:00Z","conditions":[{"a":"b","c":"d"}]}"#,
    ]) func `policies that are none`(text: String) throws {
        let json = try parseJSON(text)
        #expect(throws: PostPolicy.Refusal.self) { try PostPolicy(json) }
    }

    @Test func `a form and its file`() throws {
        let text =
            "--x\r\nContent-Disposition: form-data; name=\"Key\"\r\n\r\nin/a\r\n--x\r\nContent-Disposition: "
            + "form-data; name=\"file\"; filename=\"C:\\dir\\a b.png\"\r\nContent-Type: image/png\r\n\r\n\r\n-x\r\n--y\r\n--x--\r\n"
        let form = try #require(MultipartForm(Array(text.utf8), boundary: "x"))
        #expect(form.fields == ["key": "in/a"])
        #expect(form.fileName == "a b.png")
        #expect(String(decoding: Array(text.utf8)[try #require(form.file)], as: UTF8.self) == "\r\n-x\r\n--y")
        #expect(MultipartForm.boundary(of: "multipart/form-data; boundary=\"a b\"") == "a b")
        #expect(MultipartForm.boundary(of: "text/plain; boundary=x") == nil)
    }

    @Test(arguments: [
        "", "--x", "--x\r\n", "--x\r\nname\r\n\r\n\r\n--x",
        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb",
    ])
    func `bodies that are no forms`(text: String) {
        let form = MultipartForm(Array(text.utf8), boundary: "x")
        #expect(form == nil || form?.file == nil && form?.fields == [:])
    }
}
