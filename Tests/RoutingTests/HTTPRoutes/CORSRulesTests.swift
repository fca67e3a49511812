import Routing
import Testing

struct CORSRulesTests {
    private static func rules(_ origins: [String], credentials: Bool = false) -> CORSRules {
        CORSRules(
            origins: origins, methods: ["GET", "POST"], headers: ["x-a", "x-b"], exposed: ["x-c"],
            allowsCredentials: credentials, maxAgeSeconds: 600)
    }

    @Test(arguments: [
        (["*"], "https://a.example", "*"), (["https://a.example"], "https://a.example", "https://a.example"),
        (["https://a.example"], "https://b.example", nil), (["https://a.example"], "http://a.example", nil),
        (["https://a.example", "https://b.example"], "https://b.example", "https://b.example"),
        (["https://A.example"], "https://a.example", "https://a.example"),
        (["https://*"], "https://a.example", "https://a.example"), (["https://*"], "http://a.example", nil),
        ([], "x", nil),
    ])
    func `origins`(allowed: [String], origin: String, answer: String?) {
        #expect(Self.rules(allowed).allowedOrigin(origin) == answer)
    }

    private static func lines(_ headers: [(String, String)]) -> [String] { headers.map { "\($0.0): \($0.1)" } }

    @Test func `headers of answers and of preflights`() {
        let rules = Self.rules(["https://a.example"], credentials: true)
        let common = [
            "access-control-allow-origin: https://a.example", "vary: Origin", "access-control-allow-credentials: true",
            "access-control-expose-headers: x-c",
        ]
        #expect(Self.lines(rules.headers(forOrigin: "https://a.example")) == common)
        #expect(
            Self.lines(rules.preflightHeaders(forOrigin: "https://a.example")) == common + [
                "access-control-allow-methods: GET,POST", "access-control-allow-headers: x-a,x-b",
                "access-control-max-age: 600",
            ])
        #expect(rules.preflightHeaders(forOrigin: "https://b.example").isEmpty)
        #expect(Self.lines(Self.rules(["*"]).headers(forOrigin: "x")).first == "access-control-allow-origin: *")
    }
}
