import Domain
import Items
import Testing
import Time

struct SignInTests {
    /// However often the user pool tells of it, and whatever the user wished before.
    @Test func `greets once: the first time stays`() {
        #expect(
            Profile.greeting("ada", at: Timestamp(milliseconds: 1_500))
                == .update(ItemKey(.users, "USER#ada", "PROFILE"), [.setIfAbsent("createdAt", 1_500)]))
    }

    static func attempt(agent: String?) -> SignInAttempt {
        SignInAttempt(
            id: "R1", userID: "ada", clientID: "site", agent: agent, at: Timestamp(rfc3339: "2023-02-23T23:59:59.999Z")!
        )
    }

    @Test func `keeps a sign-in for ninety days under its UTC day`() {
        #expect(
            Self.attempt(agent: nil).write
                == .put(
                    [
                        "pk": "ATTEMPT#2023-02-23#11", "sk": "2023-02-23T23:59:59.999Z#R1", "kind": "SIGN_IN",
                        "userID": "ada", "clientID": "site", "at": 1_677_196_799_999, "expiresAt": 1_684_972_799,
                    ], in: .users))
        #expect(SignInAttempt.partition(of: Timestamp(seconds: 86_400), shard: 15) == "ATTEMPT#1970-01-02#15")
    }

    @Test(
        arguments: [
            (nil, nil), ("a", 1), (String(repeating: "é", count: 256), 256), (String(repeating: "é", count: 257), 256),
        ] as [(String?, Int?)])
    func `cuts what a client says of itself`(agent: String?, count: Int?) {
        #expect(Self.attempt(agent: agent).agent?.count == count)
    }
}
