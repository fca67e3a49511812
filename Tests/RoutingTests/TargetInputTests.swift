import JSON
import Routing
import Testing
import Time

struct TargetInputTests {
    static let event: JSONValue = [
        "version": "0", "id": "6a7e", "detail-type": "Vote", "source": "votings", "account": "1", "time": "T",
        "region": "us-east-1", "resources": ["r1", "r2"],
        "detail": [
            "command": "update", "payload": ["acc_id": "0a78", "sf_id": "baz"], "one": ["HIGH"], "two": ["A", "B"],
            "valid": true, "count": 1.50, "nothing": nil, "quote": "say \"hi\"\n",
            "items": [["id": "i0"], ["id": "i1"]],
        ],
    ]
    static let context = RuleContext(
        ruleARN: "arn:rule/R", ruleName: "R", ingestionTime: Timestamp(milliseconds: 1_513_968_228_999))
    static let paths = [
        "type": "$.detail-type", "command": "$.detail.command", "missing": "$.detail.missing",
        "payload": "$.detail.payload",
        "one": "$.detail.one", "two": "$.detail.two", "valid": "$.detail.valid", "count": "$.detail.count",
        "nothing": "$.detail.nothing", "quote": "$.detail.quote", "second": "$.detail.items[1].id", "all": "$",
    ]

    static let templates: [(String, String)] = [
        (#""Event of <type> type, <command>""#, #""Event of Vote type, update""#),
        (#""Nothing here: <missing>""#, #""Nothing here: ""#),
        (
            #""{[/Check with special starting characters of <type>""#,
            #""{[/Check with special starting characters of Vote""#
        ),
        (#"{"type": <type>,  "command": <command>}"#, #"{"type": "Vote",  "command": "update"}"#),
        (#"{"type": <type>, "command": <missing>}"#, #"{"type": "Vote", "command": ""}"#),
        (
            #"{"path": "users/<command>", "body": <payload>}"#,
            #"{"path": "users/update", "body": {"acc_id":"0a78","sf_id":"baz"}}"#
        ),
        (#""Payload of <payload> and <command>""#, #""Payload of {acc_id:0a78,sf_id:baz} and update""#),
        (#"{"id" : "<command>"}"#, #"{"id" : "update"}"#), (#"{"a": [<command>, "x"]}"#, #"{"a": ["update", "x"]}"#),
        (#"{"a": {"b": {"c": "u/<command>/<command>"} } }"#, #"{"a": {"b": {"c": "u/update/update"} } }"#),
        (#""<one> <two> <valid> <count>""#, #""[HIGH] [A,B] true 1.5""#), (#"{"a": <one>}"#, #"{"a": ["HIGH"]}"#),
        (#"[<valid>, <count>, <nothing>, <second>]"#, #"[true, 1.5, null, "i1"]"#),
        ("\"<one> item\"\n\"<payload> payload\"", "\"[HIGH] item\"\n\"{acc_id:0a78,sf_id:baz} payload\""),
        (#"<payload>"#, #"{"acc_id":"0a78","sf_id":"baz"}"#), (#"<command>"#, #""update""#),
        // Escapes of the template stay; values are not escaped within strings, and are as values.
        (#""<command> is \"<type>\"""#, #""update is \"Vote\"""#), (#""<quote>""#, "\"say \"hi\"\n\""),
        (#"{"a": <quote>}"#, #"{"a": "say \"hi\"\n"}"#),
        // What is no variable is text.
        (#""a < b > c <> <a b>""#, #""a < b > c <> <a b>""#),
        (
            #""<aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>""#,
            #""arn:rule/R R 2017-12-22T18:43:48Z""#
        ),
        (
            #"{"arn": <aws.events.rule-arn>, "at": <aws.events.event.ingestion-time>}"#,
            #"{"arn": "arn:rule/R", "at": "2017-12-22T18:43:48Z"}"#
        ),
        (
            #"{"e": <aws.events.event>}"#,
            #"{"e": {"version":"0","id":"6a7e","detailType":"Vote","source":"votings","account":"1","time":"T","region":"us-east-1","resources":["r1","r2"]}}"#
        ),
        (#"{"e": <aws.events.event.json>}"#, #"{"e": \#(event.compactText)}"#),
        (#"{"e": <all>}"#, #"{"e": \#(event.compactText)}"#),
    ]
    @Test(arguments: templates) func `fills a template`(template: String, expected: String) throws {
        let input = try TargetInput(transformer: (Self.paths, template), targetID: "T1")
        #expect(input.text(for: Self.event, in: Self.context) == expected)
    }

    static let refusedTemplates: [(String, String)] = [
        (#""<undefined>""#, "InputTemplate for target T1 contains invalid placeholder undefined."),
        (#"{"a": <aws.events.other>}"#, "InputTemplate for target T1 contains invalid placeholder aws.events.other."),
        (#"{"<type>": 1}"#, "Invalid InputTemplate for target T1 : a placeholder cannot be used as an object key."),
        (
            #"{"a" : {"x<type>" : 1}}"#,
            "Invalid InputTemplate for target T1 : a placeholder cannot be used as an object key."
        ),
        ("", "Invalid InputTemplate for target T1 : it must have 1 to 8192 characters."),
    ]
    @Test(arguments: refusedTemplates) func `refuses a template in AWS's words`(template: String, message: String) {
        #expect {
            try TargetInput(transformer: (Self.paths, template), targetID: "T1")
        } throws: { ($0 as? TargetInputError)?.description == message }
    }

    @Test(arguments: [
        "<type> is a type", #"{"a": <type>"#, #"{<type>: 1}"#, #"{"a": "<type>}"#, "\"a\"\nb", "abc: <type>",
        "prefix_<type>",
    ])
    func `refuses a template that is no JSON`(template: String) {
        #expect {
            try TargetInput(transformer: (Self.paths, template), targetID: "T1")
        } throws: { error in
            if case .invalidTemplate? = error as? TargetInputError { true } else { false }
        }
    }

    @Test func `keeps the bounds of a transformer`() throws {
        func transformer(paths count: Int, name: String = "n", template: Int = 10) throws -> TargetInput {
            let paths = Dictionary(uniqueKeysWithValues: (0..<count).map { ("\(name)\($0)", "$.id") })
            return try TargetInput(
                transformer: (paths, #""\#(String(repeating: "x", count: template - 2))""#), targetID: "T1")
        }
        _ = try transformer(paths: 100, template: 8_192)
        #expect(throws: TargetInputError.tooManyPaths(target: "T1")) { try transformer(paths: 101) }
        #expect(throws: TargetInputError.self) { try transformer(paths: 1, template: 8_193) }
        _ = try transformer(paths: 1, name: String(repeating: "n", count: 255))
        for name in [String(repeating: "n", count: 256), "AWS.", "a b", "ä"] {
            #expect(throws: TargetInputError.invalidPathName(name + "0", target: "T1")) {
                try transformer(paths: 1, name: name)
            }
        }
    }

    static let pathValues: [(String, JSONValue?)] = [
        ("$", event), ("$.id", "6a7e"), ("$.detail-type", "Vote"), ("$.detail.payload.sf_id", "baz"),
        ("$.resources[0]", "r1"), ("$.resources[2]", nil), ("$.detail.items[0]", ["id": "i0"]),
        ("$.detail.nothing", .null),
        ("$.none", nil), ("$.id.more", nil), ("$[0]", nil), ("$.detail[0]", nil),
    ]
    @Test(arguments: pathValues) func `follows a path`(text: String, value: JSONValue?) throws {
        #expect(try #require(InputPath(text)).value(in: Self.event) == value)
        #expect(
            try TargetInput(inputPath: text, targetID: "T1").text(for: Self.event, in: Self.context)
                == (value ?? .null).compactText)
    }

    @Test(arguments: [
        "", "id", ".id", "$id", "$.", "$..id", "$.a.", "$['id']", "$.a[*]", "$.*", "$.a[", "$.a[]", "$.a[-1]", "$.a[1",
        "$.a[?(@.b)]",
        "$.a b", "$.a[1]b", "$.a[9999999999]", "$." + String(repeating: "x", count: 255),
    ]) func `refuses what is no path`(text: String) {
        #expect(throws: TargetInputError.invalidPath(text, target: "T1")) {
            try TargetInput(inputPath: text, targetID: "T1")
        }
    }

    @Test func `sends the event, or a constant as it is written`() throws {
        #expect(try TargetInput(targetID: "T").text(for: Self.event, in: Self.context) == Self.event.compactText)
        #expect(
            try TargetInput(input: #"{ "a": 1 }"#, targetID: "T").text(for: Self.event, in: Self.context)
                == #"{ "a": 1 }"#)
        #expect(throws: TargetInputError.invalidInput(target: "T")) { try TargetInput(input: "{a}", targetID: "T") }
        #expect(throws: TargetInputError.severalInputs(target: "T")) {
            try TargetInput(input: "1", inputPath: "$", targetID: "T")
        }
    }

    static let attributes: [(String, String)] = [
        (
            #"{"a": "<aws.scheduler.schedule-arn>", "t": "<aws.scheduler.scheduled-time>"}"#,
            #"{"a": "arn:s", "t": "2017-12-22T18:43:48Z"}"#
        ),
        ("<aws.scheduler.execution-id>#<aws.scheduler.attempt-number>", "e-1#3"),
        (
            "<aws.scheduler.other> <b> a<b <aws.scheduler.attempt-number",
            "<aws.scheduler.other> <b> a<b <aws.scheduler.attempt-number"
        ),
        ("<<aws.scheduler.attempt-number>>", "<3>"), ("", ""), ("é<", "é<"),
    ]
    @Test(arguments: attributes) func `fills the context attributes of a schedule`(input: String, expected: String) {
        let context = SchedulerContext(
            scheduleARN: "arn:s", scheduledTime: Timestamp(milliseconds: 1_513_968_228_000), executionID: "e-1",
            attemptNumber: 3)
        #expect(context.filling(input) == expected)
    }
}
