import JSON
import Testing
import Tokens

struct SigningKeyTests {
    /// Made by `openssl genpkey -algorithm RSA`, for these tests only.
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC4nSJn3amA4cLG
        qX62yEPRUpgpCB4o6yhz7lGFCIEgEc/0+29cCWZ0WiLQxvsL/JeNxKkggMXMvVCo
        ysgAkyNJ/xHO52jJLGLI6Q3jqnqvUOg87cSNEi7NmsVf5uD9aszQjj8YVtiwpdpi
        RmZSRpgGz5lrgm9xshoNNIYznHMI7d7loicwjCdZLWtIIM1yVxLpiBcmq0WKiixb
        w5UjQGRfpfqd6hzFiXfZuIOiKDo00GQC/CSmdJPjiGZJiDON6KWX4nRp0BNMfRsC
        imn/Z1mPO07NOoikIDNw61aJpXDpXGByMlZ+cmQaPf0uD+hwInCkNFK80KMwFjQl
        0tvZHXyNAgMBAAECggEAATHvA7OucRLOMh3I9TPyAWSkSkbx48wcMAXV6ex/pUtz
        pu6pK1uvdTIGdj3mjXZoIL7CibRTUGqwvbDh+SDiUxKJ9QUod32s+B+wkLVWVIuI
        iF/dpkiC8bdmDX8ETVsVlWDK69zLS7qVmIHuKE0kBMt1bNVbRhad3iyuoSSEvbvm
        +aDrSPoTlEbu3goIxDJRdBzT0ZNZCY5WOsvfXC+f61Rb2ywHTzn6CdZOejUyMBwb
        OxqSnJq7exATMr9HpUk9BJkHiK6mam4M/K9gHKVkoJRy2vxmHIRlaaJXRBeJ0+cG
        xD7iKql6cGP2bbr6J65D9PRPz2J9UQ/2FLJmHPu7gQKBgQDlpDBfKlR7lcvQag+J
        87kG6/6FTVRCqPlijGsPK18omtVzVUzuXY3YwstZhY/rl1PB4O7JspayMNh2Rk0Q
        pSRi6tiJu673y7h6xWz6aQQ/ju67dfNGLkxBriIJDgTEwKp4i6E/ZTcOTlBtKImp
        0bEpwkdckKSYuYbqLsAvcEsToQKBgQDNzdmYccjDXwRUinqx12Lc3RkzLsE4L2JP
        O3irZ0QMCfSfW/5UwdY/8gYPc4r+brN751JKLe8DhxsTlDKnAd1keyBO2hkIAEzA
        JnujApXw9IeJIunXRZ7TtuyBfZ0K+h4IwML0i8hVj0jgZ/v0bjOK/tflt9gr1hRc
        RkOx7QKBbQKBgQCaiWZ/9FWMIV9aLrWsSVafoNrUTBjDD0FcH1DAkZhlE+VGywWN
        d2nIkDYWVXpnuZuE4mDvXP5qhdJ1rZOY+vlEk/QKpEH3waGxBQD0dw2D1CU2BAcl
        mGx62rtOyp9M5LcTjiuCJRPqzarz+o7BuDp39qTdVv1dRaTUHYf5pKDxYQKBgQCL
        58xsna1lY0qGTj1qeIl0q7ld2gLwNwYV5s/5dZIEvR/W1arn433KqrUD/AAZRxgs
        uuxuERvSwh3eCXkFn3bpv+oOsKUjk1CZr4+NGUzlKNaam2lsNp/qPQg6XzJLLA0O
        1juyEvR1dZqNMyNM3z2a1/Pc7kW+RyJAOGP8qKpzYQKBgDbOaYav+y+CrD241WYF
        ma5cX2bu+psZWR3TvRDLc7FP3g0T3TPFl4WZoN3FR1SN/64uNMNbUAZWaNY0CEAe
        X3kLPVTaM7jdKUZqFm8V9Ze4GeeYsv0vIsxSDA3qjhKLG0wjo6BNgBiKq03Cs+To
        kn2zh5Cp5VTQGvEfV5Wj2YQP
        -----END PRIVATE KEY-----
        """

    @Test func `reads a key as openssl writes it`() async throws {
        let key = try await SigningKey(pem: Self.pem)
        #expect(key.publicJWK["n"]?.string == TokenVerifierTests.modulus)
        #expect(key.publicJWK["e"]?.string == "AQAB")
        #expect(key.publicJWK["d"] == nil)
        // RFC 7638 by `openssl dgst -sha256 -binary | base64`.
        #expect(key.id == "b3p6r3yW9Ai29bSN84gh85Si3OboIqz+pAJRIogddQU=")
    }

    @Test func `signs what a verifier with its public half takes`() async throws {
        let key = try await SigningKey.generate()
        let again = try await SigningKey(pem: key.pem)
        #expect(again.id == key.id)
        let claims: JSONValue = ["sub": "u1", "exp": 1_900_000_000, "name": "Zoë"]
        let token = try again.sign(claims: claims)
        let header = try #require(token.split(separator: ".").first.flatMap { Base64URL.bytes(of: $0) })
        #expect(try parseJSON(header) == ["kid": .string(key.id), "alg": "RS256"])
        #expect(try await TokenVerifier(jwks: ["keys": [key.publicJWK]]).verify(token) == claims)
        let other = try await SigningKey.generate()
        let verifier = await TokenVerifier(jwks: ["keys": [other.publicJWK]])
        #expect(throws: TokenFailure.unknownKey) { try verifier.verify(token) }
    }

    @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "k1"])
    func `refuses what is no key`(text: String) async {
        await #expect(throws: (any Error).self) { try await SigningKey(pem: text) }
    }
}
