import JSON
import Routing
import Testing
import Time

struct TokenRulesTests {
    private static let now = Timestamp(milliseconds: 1_000_000)
    private static let rules = TokenRules(issuer: "https://i", audience: ["web", "app"])

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Instead of a good token's.
        var changes: [(String, JSONValue?)] = []
        var scopes: [String] = []
        var refusal: TokenRefusal?
    }
    private static let rows = [
        Row(testDescription: "good"),
        Row(testDescription: "another issuer", changes: [("iss", "https://j")], refusal: .issuer),
        Row(testDescription: "issuer with a slash", changes: [("iss", "https://i/")], refusal: .issuer),
        Row(testDescription: "no issuer", changes: [("iss", nil)], refusal: .issuer),
        Row(testDescription: "second audience", changes: [("aud", "app")]),
        Row(testDescription: "one audience of several", changes: [("aud", ["x", "web"])]),
        Row(testDescription: "another audience", changes: [("aud", "x")], refusal: .audience),
        Row(testDescription: "audiences, none of ours", changes: [("aud", ["x", 1])], refusal: .audience),
        Row(testDescription: "client_id in place of aud", changes: [("aud", nil), ("client_id", "web")]),
        Row(
            testDescription: "client_id beside aud", changes: [("aud", "x"), ("client_id", "web")], refusal: .audience),
        Row(testDescription: "neither aud nor client_id", changes: [("aud", nil)], refusal: .audience),
        Row(testDescription: "last instant", changes: [("exp", 1_000.001)]),
        Row(testDescription: "expires now", changes: [("exp", 1_000)], refusal: .expired),
        Row(testDescription: "never expires", changes: [("exp", nil)], refusal: .expired),
        Row(testDescription: "expiry is a text", changes: [("exp", "2000")], refusal: .expired),
        Row(testDescription: "valid from now", changes: [("nbf", 1_000)]),
        Row(testDescription: "valid later", changes: [("nbf", 1_001)], refusal: .notYetValid),
        Row(testDescription: "begins with a text", changes: [("nbf", "0")], refusal: .notYetValid),
        Row(testDescription: "issued now", changes: [("iat", 1_000)]),
        Row(testDescription: "issued later", changes: [("iat", 1_001)], refusal: .issuedLater),
        Row(testDescription: "no scopes asked", changes: [("scope", nil)]),
        Row(testDescription: "one scope of the route's", scopes: ["x", "write"]),
        Row(testDescription: "none of the route's", scopes: ["x"], refusal: .scope),
        Row(testDescription: "part of a scope's name", scopes: ["rea"], refusal: .scope),
        Row(testDescription: "a list of scopes", changes: [("scope", ["a", "x"])], scopes: ["x"]),
        Row(testDescription: "scp", changes: [("scope", nil), ("scp", "x y")], scopes: ["y"]),
        Row(testDescription: "no scope", changes: [("scope", nil)], scopes: ["x"], refusal: .scope),
        Row(
            testDescription: "issuer before all else", changes: [("iss", "j"), ("aud", "x"), ("exp", 1)],
            refusal: .issuer),
    ]
    @Test(arguments: rows) func `refuses for the first reason that holds`(row: Row) {
        var claims: JSONObject = [
            "iss": "https://i", "aud": "web", "exp": 2_000, "iat": 900, "scope": "read write", "sub": "ada",
        ]
        for (name, value) in row.changes { claims[name] = value }
        #expect(Self.rules.refusal(of: claims, scopes: row.scopes, at: Self.now) == row.refusal)
    }

    @Test func `an authorizer without audiences takes any`() {
        let rules = TokenRules(issuer: "https://i", audience: [])
        #expect(rules.refusal(of: ["iss": "https://i", "exp": 2_000], scopes: [], at: Self.now) == nil)
    }

    @Test func `claims become texts`() {
        let claims: JSONObject = [
            "sub": "ada", "exp": 1_677_261_600, "verified": true, "groups": ["admins", "editors"], "empty": [],
            "gone": nil, "address": ["city": "Zürich"], "mixed": [1, "a", nil],
        ]
        #expect(
            JSONValue.object(TokenRules.eventClaims(claims)) == [
                "sub": "ada", "exp": "1677261600", "verified": "true", "groups": "[admins editors]", "empty": "[]",
                "address": #"{"city":"Zürich"}"#, "mixed": "[1 a]",
            ])
    }
}
