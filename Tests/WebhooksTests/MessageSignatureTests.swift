import Testing
import Time
import Webhooks

struct MessageSignatureTests {
    static let body = Array(#"{"outcome":"READY"}"#.utf8)
    static let secret = "avatars_test"
    static let now = Timestamp(milliseconds: 1_677_175_200_999)
    static let good = MessageSignature.header(signing: body, secret: secret, at: now)

    static func failure(_ header: String, body: [UInt8] = body, at instant: Timestamp = now) -> MessageSignature
        .Failure?
    {
        do throws(MessageSignature.Failure) {
            try MessageSignature.verify(header, of: body, secret: secret, at: instant)
            return nil
        } catch {
            return error
        }
    }

    @Test func `agrees with a signature made elsewhere`() {
        // By OpenSSL: printf '1677175200.{"outcome":"READY"}' | openssl dgst -sha256 -hmac avatars_test
        #expect(Self.good == "t=1677175200,v1=98eb9097b8c83cefa23f38552b74fb195d042d176ff88f96d814fe42144d5b19")
    }

    @Test(arguments: [(-301, true), (-300, false), (0, false), (300, false), (301, true)])
    func `lasts 300 seconds both ways`(seconds: Int, isTooOld: Bool) {
        let header = MessageSignature.header(signing: Self.body, secret: Self.secret, at: Self.now + .seconds(seconds))
        #expect(Self.failure(header) == (isTooOld ? .tooOld : nil))
    }

    @Test func `any other bit is wrong`() {
        for index in Self.body.indices {
            for bit in 0..<8 {
                var body = Self.body
                body[index] ^= 1 << bit
                #expect(Self.failure(Self.good, body: body) == .wrong)
            }
        }
        for index in Self.good.utf8.indices.dropFirst("t=1677175200,v1=".count) {
            var text = Self.good
            text.replaceSubrange(index...index, with: text[index] == "0" ? "1" : "0")
            #expect(Self.failure(text) == .wrong)
        }
    }

    @Test(
        arguments: [
            ("", .malformed), ("t=1677175200", .malformed), ("t=1677175200,v1=zz", .malformed),
            ("v1=00,t=1", .malformed),
            ("t=-1,v1=00", .malformed), ("t=99999999999999999999,v1=00", .malformed), ("t=1677175200,v1=", .wrong),
            ("t=1677175200,v1=00", .wrong), (good + ",v1=00", .malformed),
            (good + String(repeating: "0", count: 300), .malformed),
            ("t=1677175201" + good.dropFirst(12), .wrong),
        ] as [(String, MessageSignature.Failure)])
    func `refuses`(header: String, failure: MessageSignature.Failure) { #expect(Self.failure(header) == failure) }

    @Test func `another secret is wrong`() {
        #expect(Self.failure(MessageSignature.header(signing: Self.body, secret: "another", at: Self.now)) == .wrong)
    }
}
