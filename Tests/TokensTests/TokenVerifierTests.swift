import JSON
import Testing
import Tokens

/// Tokens signed by `openssl dgst -sha256 -sign` over a header and claims put together by hand.
struct TokenVerifierTests {
    static let modulus = """
        uJ0iZ92pgOHCxql-tshD0VKYKQgeKOsoc-5RhQiBIBHP9PtvXAlmdFoi0Mb7C_yXjcSpIIDFzL1QqMrIAJMjSf8RzudoySxiyOkN\
        46p6r1DoPO3EjRIuzZrFX-bg_WrM0I4_GFbYsKXaYkZmUkaYBs-Za4JvcbIaDTSGM5xzCO3e5aInMIwnWS1rSCDNclcS6YgXJqtF\
        ioosW8OVI0BkX6X6neocxYl32biDoig6NNBkAvwkpnST44hmSYgzjeill-J0adATTH0bAopp_2dZjztOzTqIpCAzcOtWiaVw6Vxg\
        cjJWfnJkGj39Lg_ocCJwpDRSvNCjMBY0JdLb2R18jQ
        """
    static let signature = """
        EZfFF3x5xwU_0X2uJMEqIJRDnpmIe0MFrkD82-dqiGR-tfV54cZw94kOXIOiL7nYk5ff3jTHef37MlFh5FcBPeU6k0nNjW5_4pgs\
        5FJuEITp4rUTPmZpMzUUNa_GvtZWoL6aNf6plgrbiIGq4qJR1vo6tIsGVN9vh9DJdO_Gn_uc2WTVpZjG2LJf2k2emlIZG7o5krKm\
        Ys4r-VKcZUzt639gA2Sa_yKt4SyiNCKUYlAN9Jp2i-VEnjRQ6IdtJ6gCvSEt7OoTK88WzPBpLZ68t025iIO8_CJFKdi3FDuD_2Hp\
        6j8XkMySZOJtsbYvEPasTOFwgfv6wH0-kfQ0_La7dQ
        """
    static let otherKeysSignature = """
        Gq1um6lzAQWyPock-Ud6C4nbHyq9Fa24GsUJbWzqetmlqCuEvxqDyo3WKLHieLq-IbcEeoMQWuEJd2d0tha2flGqw3AsDOFyJO9I\
        -Dbig1OkQLPeiZdu9kMF98uCkIfRbizCMnmN0fy2qo-NAwBboOp5fvu-svjOL_DU9hPuJlboN-9fyaKY9SxLY_C-HcaT2IBRfqCp\
        SVJ5xebHuD4tt-ijMK7IyVTBFW4fEUw6C-bSbSWNNHA8GVde4uni1zrw-AvMpUxOlks3dG5lpDrlZdkNGQ87VPm4rpB9mM0kJphm\
        7yV1qrZ-FHvvEsPDaIr_38WZZiWXifzluu12hHiJ5g
        """
    static let signatureWithSHA384 = """
        SbCQdzfbGIt19q-Qu8emuoQKmQ0BwkkssP8ul83cibzWYZJIJAfJesHZcFzwUll2INzva8oNt7E8oc0tJj1aZOZDOqqVqZqrGlWU\
        JQnKDVeqNLJ0pwhfiWVSmLfW3Dwx65BVEApIiHH7ZBydkIjf4Hus4gKwmtvsl1ZiUoixa5u6XWfzUMlsToUYx_zLc7ttO8WMeACW\
        ApWkEcUpzsPMuCEsuFlZk4Ijm2FDm936_ZP8zVn8K1bUYNiZqjiqlpvmqJbcqNnMiRcXO6c3SGWyVmt25UKFJDQxOB7cZnWoaryo\
        FcY6fYoTSYRZUG0ROsnf-otoYoEwJN1Y0FecpKoR2A
        """
    static let signatureOfCritical = """
        g3Oz-cVIODOuNyLC6PeKBBQVBMXH7MESjorG0zD-FX0l5XZYKklNejreuakIdOoJH0CRoKTDwJlDfzNLYMla7_1MiGZJhWxRmc_D\
        99g_vhPuWS8PEpSE17ok1WTWvuk3RGs2iDFOermNreliIckInbbeODyKnOIDAOC2P4WJLVhFLLdkgRLpGdX2HMLJm9mFBd-vVHtG\
        751hA_ZLP-Gtrpf9CoSTKfEK7M-N_xNVRo9pEVBJXAeepmUbo05_TshlYk3iH4krO-oUtz-PT6WrTSP9yx-udItW-3z-hB0iNedF\
        SRExQR-cMiieY95e7OIckn9Gpb443Bh49rxIgfT8PQ
        """
    static let signatureWithoutKeyID = """
        J4kxSihHexNKMz9xiRFnOHhmtX-5UVrgwn_SRkhmJLZbIyis3tasM_WILVFSqYrPmcskhN7a3aP0tN5jH6leu2UvFrnelOZ4wAdF\
        sTgJRSzbHTuYucnDM6YFjgte5iXQGIiIey16WXqLQ7FPPhSeJekR6Ll8p5q9tiDpmgJ8rhtqtLXVLSfqet3NxVkrVhuvaINEN14H\
        V6tn4s01A7saa9Nk_MjgdSF26NHGA6Rp8b2HPO4VGiNsIdesosgEGEFKCzeylzKS0faYhC4chHY6Oz4DQ3X9aJtrELDPs3rlO2np\
        G3COZjomB3_83LfsyKvsj_BU73rlb8yojYFm-WvKXw
        """
    static let signatureOfArray = """
        hFpYLSoW9d2urz-kO62VLPGPRp_B-sYXI89MbtjUdOP45X6-pr5r28NHwGDBtM6J0-YIHmVZyMsffiSLq-rLmcSLKBkINWsLnpbS\
        C2BPyKhEG1fAHX4xSU9E5KJ6yep5kM54iX3uyOVg1T0KUZa39FxKX8t36x94sikD81pKuupJLhkPC__EbI885sjfTqCA-e-KVAXJ\
        mDQrMl7AM_6pPEh_-f9e1pKC9FgYujqt0JBtp_5h3u-g1IXwZRlBsbyfqScsKaxfaQz6C3e-lE5JtQO0C5JUQ-R9oVIHY7DfMyFn\
        uqpJ5ILZVzMN_QkVrg5vjppNh4WPALBotAoRmoFFxQ
        """
    /// HMAC-SHA256 with the public key's PEM text as the secret.
    static let hmac = "LpG1t2Cl6Kc8iLaKWN9apcvc-yvVRaAaYi0aVR8sOIE"
    static let header = #"{"alg":"RS256","kid":"k1","typ":"JWT"}"#
    static let claims = #"{"sub":"u1","iss":"https://issuer.example","exp":1900000000}"#

    static func token(
        _ header: String = header, _ claims: String = claims, _ signature: String = signature
    ) -> String {
        [Base64URL.text(of: Array(header.utf8)), Base64URL.text(of: Array(claims.utf8)), signature]
            .joined(separator: ".")
    }

    static func jwk(kty: String = "RSA", alg: String? = "RS256", use: String? = "sig") -> JSONValue {
        var jwk: JSONObject = ["kty": .string(kty), "kid": "k1", "n": .string(modulus), "e": "AQAB"]
        jwk["alg"] = alg.map { .string($0) }
        jwk["use"] = use.map { .string($0) }
        return .object(jwk)
    }

    static func verifier(_ keys: [JSONValue] = [jwk()]) async -> TokenVerifier {
        await TokenVerifier(jwks: ["keys": .array(keys)])
    }

    @Test func `takes a token that openssl signed`() async throws {
        let claims = try await Self.verifier().verify(Self.token())
        #expect(try claims == parseJSON(Self.claims))
    }

    @Test func `takes a key that says no use and algorithm`() async throws {
        _ = try await Self.verifier([Self.jwk(alg: nil, use: nil)]).verify(Self.token())
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var token: String
        var failure: TokenFailure
    }
    static let rows = [
        Row(testDescription: "nothing", token: "", failure: .malformed),
        Row(testDescription: "two parts", token: "e30.e30", failure: .malformed),
        Row(testDescription: "four parts", token: token() + ".", failure: .malformed),
        Row(testDescription: "padding", token: token(header, claims, signature + "="), failure: .malformed),
        Row(
            testDescription: "base64, not base64url", token: token(header, claims, "+/" + signature),
            failure: .malformed),
        Row(testDescription: "header is an array", token: token("[]"), failure: .malformed),
        Row(
            testDescription: "claims are an array, signed",
            token: token(#"{"alg":"RS256","kid":"k1"}"#, "[1]", signatureOfArray), failure: .malformed),
        Row(
            testDescription: "an extension that must be understood, signed",
            token: token(#"{"alg":"RS256","kid":"k1","crit":["x"]}"#, claims, signatureOfCritical),
            failure: .malformed),
        Row(
            testDescription: "longer than any",
            token: token(header, claims, String(repeating: "A", count: TokenVerifier.tokenBytesMax)),
            failure: .malformed),
        Row(
            testDescription: "alg none, no signature",
            token: token(#"{"alg":"none","kid":"k1"}"#, claims, ""), failure: .unknownKey),
        Row(
            testDescription: "alg None with a true signature", token: token(#"{"alg":"None","kid":"k1"}"#),
            failure: .unknownKey),
        Row(
            testDescription: "the public key taken for an HMAC secret",
            token: token(#"{"alg":"HS256","kid":"k1"}"#, claims, hmac), failure: .unknownKey),
        Row(
            testDescription: "another RSA algorithm, truly signed",
            token: token(#"{"alg":"RS384","kid":"k1"}"#, claims, signatureWithSHA384), failure: .unknownKey),
        Row(
            testDescription: "no key id, truly signed",
            token: token(#"{"alg":"RS256"}"#, claims, signatureWithoutKeyID), failure: .unknownKey),
        Row(
            testDescription: "a key that is not in the set",
            token: token(#"{"alg":"RS256","kid":"k2","typ":"JWT"}"#), failure: .unknownKey),
        Row(testDescription: "no signature", token: token(header, claims, ""), failure: .badSignature),
        Row(
            testDescription: "half a signature", token: token(header, claims, String(signature.prefix(168))),
            failure: .badSignature),
        Row(
            testDescription: "another key's signature", token: token(header, claims, otherKeysSignature),
            failure: .badSignature),
        Row(
            testDescription: "other claims",
            token: token(header, claims.replacing("u1", with: "u2")), failure: .badSignature),
        Row(
            testDescription: "another header",
            token: token(#"{"alg":"RS256","kid":"k1"}"#), failure: .badSignature),
    ]
    @Test(arguments: rows) func `refuses what is not signed by a key of the set`(row: Row) async {
        let verifier = await Self.verifier()
        #expect(throws: row.failure) { try verifier.verify(row.token) }
    }

    static let uselessKeys: [JSONValue] = [
        jwk(kty: "EC"), jwk(alg: "RS512"), jwk(use: "enc"),
        ["kty": "RSA", "kid": "k1", "n": "AQAB", "e": "AQAB"], ["kty": "RSA", "kid": "k1"], "k1",
    ]
    @Test(arguments: uselessKeys) func `leaves out keys that are for something else`(key: JSONValue) async {
        let verifier = await Self.verifier([key])
        #expect(throws: TokenFailure.unknownKey) { try verifier.verify(Self.token()) }
    }
}
