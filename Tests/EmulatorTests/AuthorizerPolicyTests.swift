import Emulator
import JSON
import Testing

struct AuthorizerPolicyTests {
    private static let arn = "arn:aws:execute-api:us-east-1:000000000000:chat/prod/$connect"

    private static func reply(_ statements: JSONValue, context: JSONValue = [:]) -> JSONValue {
        [
            "principalId": "ada", "policyDocument": ["Version": "2012-10-17", "Statement": statements],
            "context": context,
        ]
    }

    private static func statement(
        _ effect: String = "Allow", _ action: JSONValue = "execute-api:Invoke", _ resource: JSONValue = .string(arn)
    ) -> JSONValue {
        ["Effect": .string(effect), "Action": action, "Resource": resource]
    }

    private static let rows: [(JSONValue, Bool)] = [
        ([statement()], true), (statement(), true), ([statement("Deny")], false),
        ([statement(), statement("Deny")], false),
        ([], false), ([statement("Allow", "execute-api:*")], true), ([statement("Allow", "*")], true),
        ([statement("Allow", ["x:y", "Execute-API:invoke"])], true), ([statement("Allow", "lambda:Invoke")], false),
        ([statement("Allow", "execute-api:Invoke", "*")], true),
        ([statement("Allow", "execute-api:Invoke", "arn:aws:execute-api:*:*:chat/*/$connect")], true),
        ([statement("Allow", "execute-api:Invoke", "arn:aws:execute-api:*:*:other/*")], false),
        (
            [
                statement(
                    "Allow", "execute-api:Invoke",
                    ["arn:aws:execute-api:x", "arn:aws:execute-api:us-east-?:*:c*t/prod/*"])
            ], true
        ),
        ([statement(), statement("Deny", "execute-api:Invoke", "arn:aws:execute-api:*:*:chat/dev/*")], true),
        ([statement("Allow", "execute-api:Invoke", .string(String(arn.dropLast())))], false),
    ]
    @Test(arguments: rows) func `allowed if one allows and none denies`(statements: JSONValue, isAllowed: Bool) throws {
        #expect(try #require(AuthorizerPolicy(Self.reply(statements))).allows(Self.arn) == isAllowed)
    }

    @Test(
        arguments: [
            [:], ["principalId": "a"], ["policyDocument": ["Statement": []]], reply([statement("Maybe")]),
            reply([["Effect": "Allow", "Action": "*"]]), reply([statement()], context: ["list": []]),
            reply([statement()], context: ["object": [:]]), reply([statement("Allow", [1])]), "Allow",
        ] as [JSONValue])
    func `answers of no authorizer`(reply: JSONValue) {
        #expect(AuthorizerPolicy(reply) == nil)
    }

    @Test func `tells of the caller`() throws {
        let policy = try #require(AuthorizerPolicy(Self.reply([], context: ["level": 7, "name": "Ada"])))
        #expect(policy.principalID == "ada")
        #expect(policy.context == ["level": 7, "name": "Ada"])
    }
}
