import JSON
import Policies
import Testing

struct PolicyTests {
    @Test(arguments: [
        ("*", "", true), ("*", "anything", true), ("a*", "b", false), ("a*c", "abc", true), ("a*c", "abcd", false),
        ("a*b*c", "axxbxxbc", true), ("?", "", false), ("a?c", "abc", true), ("a?c", "ac", false), ("", "", true),
        ("", "a", false), ("*a", "aaab", false), ("arn:aws:s3:::b/*", "arn:aws:s3:::b", false), ("é*", "éa", true),
    ])
    func `wildcards stand for any characters or for one`(pattern: String, text: String, matches: Bool) {
        #expect(WildcardPattern(pattern).matches(text) == matches)
    }

    @Test func `many stars take no time`() {
        let pattern = WildcardPattern(String(repeating: "a*", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 5_000)))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var statements: JSONValue
        var action = "sqs:SendMessage"
        var resource = "arn:aws:sqs:us-east-1:000000000000:jobs"
        var context: [String: [String]] = [:]
        var decision: AccessDecision
    }

    static func allow(_ action: JSONValue, _ resource: JSONValue, _ condition: JSONValue? = nil) -> JSONValue {
        var statement: JSONObject = ["Effect": "Allow", "Action": action, "Resource": resource]
        statement["Condition"] = condition
        return .object(statement)
    }

    static let queue: JSONValue = "arn:aws:sqs:us-east-1:000000000000:jobs"
    static let leading: JSONValue = ["ForAllValues:StringEquals": ["dynamodb:LeadingKeys": ["a", "b"]]]
    static let rows = [
        Row(testDescription: "nothing is said", statements: [], decision: .notAllowed),
        Row(testDescription: "named", statements: [allow("sqs:SendMessage", queue)], decision: .allowed(by: [0])),
        Row(testDescription: "one statement alone", statements: allow("sqs:*", "*"), decision: .allowed(by: [0])),
        Row(
            testDescription: "actions are compared without case", statements: [allow("SQS:sendmessage", queue)],
            decision: .allowed(by: [0])),
        Row(
            testDescription: "resources with case",
            statements: [allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:Jobs")], decision: .notAllowed),
        Row(
            testDescription: "another action", statements: [allow(["sqs:ReceiveMessage", "sqs:Delete*"], queue)],
            decision: .notAllowed),
        Row(
            testDescription: "every statement that allows is named",
            statements: [allow("s3:*", "*"), allow("sqs:Send*", "*"), allow("*", queue)],
            decision: .allowed(by: [1, 2])),
        Row(
            testDescription: "deny wins",
            statements: [allow("*", "*"), ["Effect": "Deny", "Action": "sqs:*", "Resource": "*"]], decision: .denied),
        Row(
            testDescription: "all actions but some",
            statements: [["Effect": "Allow", "NotAction": "sqs:Send*", "Resource": "*"]], decision: .notAllowed),
        Row(
            testDescription: "all resources but some",
            statements: [["Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::*"]],
            decision: .allowed(by: [0])),
        Row(
            testDescription: "leading keys, all listed", statements: [allow("*", "*", leading)],
            context: ["dynamodb:LeadingKeys": ["b", "a"]], decision: .allowed(by: [0])),
        Row(
            testDescription: "leading keys, one not listed", statements: [allow("*", "*", leading)],
            context: ["dynamodb:leadingkeys": ["a", "c"]], decision: .notAllowed),
        Row(
            testDescription: "no such key in the request",
            statements: [allow("*", "*", ["StringEquals": ["aws:SourceAccount": "1"]])], decision: .notAllowed),
        Row(
            testDescription: "no such key, negated",
            statements: [allow("*", "*", ["StringNotEquals": ["aws:SourceAccount": "1"]])],
            decision: .allowed(by: [0])),
        Row(
            testDescription: "like",
            statements: [allow("*", "*", ["StringLike": ["s3:prefix": ["home/*", "x"]]])],
            context: ["s3:prefix": ["home/me"]], decision: .allowed(by: [0])),
        Row(
            testDescription: "the key must be absent",
            statements: [allow("*", "*", ["Null": ["s3:prefix": "true"]])], context: ["s3:prefix": ["a"]],
            decision: .notAllowed),
    ]

    @Test(arguments: rows) func `decides by every statement`(row: Row) throws {
        let policies = AccessPolicies([try PolicyDocument(["Statement": row.statements])])
        let request = AccessRequest(action: row.action, resource: row.resource, context: row.context)
        #expect(policies.decide(request) == row.decision)
    }

    @Test(arguments: [
        ("{}", "needs a Statement"), (#"{"Statement": [1]}"#, "must be a map"),
        (#"{"Statement": {"Effect": "Maybe", "Action": "*", "Resource": "*"}}"#, "Allow or Deny"),
        (#"{"Statement": {"Effect": "Allow", "Resource": "*"}}"#, "one of Action and NotAction"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}"#, "one of Action"),
        (#"{"Statement": {"Effect": "Allow", "Action": "SendMessage", "Resource": "*"}}"#, "sqs:SendMessage"),
        (#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "jobs"}}"#, "ARN or *"),
        (#"{"Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}"#, "list of texts"),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}}"#,
            "no element Principal"
        ),
        (
            #"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Near": {"a": "b"}}}}"#,
            "operator Near is not known"
        ),
    ])
    func `says what is wrong`(text: String, reason: String) throws {
        let document = try parseJSON(Array(text.utf8))
        let error = #expect(throws: PolicyError.self) { try PolicyDocument(document) }
        #expect(error?.reason.contains(reason) == true)
    }
}
