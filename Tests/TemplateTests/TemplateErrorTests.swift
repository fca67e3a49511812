import Template
import Testing

/// One wrong template for each error: the first line of each stands on line 1.
struct TemplateErrorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let expected: String
        let text: String
        var testDescription: String { expected }
        init(_ expected: String, _ text: String) {
            self.expected = expected
            self.text = text
        }
    }

    static func error(_ text: String, overrides: [String: String] = [:]) -> String? {
        do throws(TemplateError) {
            _ = try Stack.load(text: text, file: "t.yaml", overrides: overrides)
            return nil
        } catch { return error.description }
    }

    static let structure = [
        Row("t.yaml:1:1: the template is empty; it needs at least the section Resources", ""),
        Row("t.yaml:1:1: a template is a map with the section Resources, not a list", "- a"),
        Row("t.yaml:1:1: the template has no resources; add the section Resources", "Description: x"),
        Row("t.yaml:2:2: not YAML: did not find expected ',' or '}' while parsing a flow mapping", "a: {b: c\nd: e"),
        Row("t.yaml:1:4: not YAML: found undefined alias", "a: *b"),
        Row("t.yaml:1:1: the section Resorces is not known; did you mean Resources?", "Resorces: {}"),
        Row("t.yaml:1:1: the section Rules is not known", "Rules: { a: b }"),
        Row(
            "t.yaml:1:27: AWSTemplateFormatVersion must be \"2010-09-09\", the only one there is",
            "AWSTemplateFormatVersion: 2011-01-01"),
        Row(
            "t.yaml:1:13: the transform Mine runs on AWS only; the emulator applies AWS::Serverless-2016-10-31 and no other",
            "Transform: [Mine]"),
        Row("t.yaml:1:12: the section Resources must be a map, not a list", "Resources: []"),
        Row(
            "t.yaml:2:3: A-B can't be a name under Resources; use letters and digits only",
            "Resources:\n  A-B: { Type: AWS::SQS::Queue }"),
        Row(
            "t.yaml:2:3: the key A stands more than once in one map; keep one of them",
            "Resources:\n  A: { Type: AWS::SQS::Queue }\n  A: { Type: AWS::SNS::Topic }"),
        Row(
            "t.yaml:2:3: the resource A needs a Type such as AWS::DynamoDB::Table",
            "Resources:\n  A: { Properties: {} }"),
        Row("t.yaml:2:3: the resource A must be a map with a Type", "Resources:\n  A: x"),
        Row(
            "t.yaml:2:31: the resource A has the unknown attribute Property; did you mean Properties?",
            "Resources:\n  A: { Type: AWS::SQS::Queue, Property: {} }"),
        Row(
            "t.yaml:2:43: the Properties of A must be a map",
            "Resources:\n  A: { Type: AWS::SQS::Queue, Properties: [] }"),
        Row(
            "t.yaml:2:42: DependsOn names B, which is no resource of this template",
            "Resources:\n  A: { Type: AWS::SQS::Queue, DependsOn: B }"),
        Row(
            "t.yaml:3:3: A is a parameter and a resource; rename one of them",
            "Parameters: { A: { Type: String, Default: x } }\nResources:\n  A: { Type: AWS::SQS::Queue }"),
        Row(
            "t.yaml:2:8: CloudFormation knows no merge key <<; write the keys out",
            "Resources:\n  A: { <<: { Type: AWS::SQS::Queue } }"),
        Row(
            "t.yaml:1:12: Globals knows no Functions; did you mean Function?",
            "Globals: { Functions: {} }\nResources: { A: { Type: AWS::SQS::Queue } }"),
        Row(
            "t.yaml:1:24: Globals can't set Policies for functions; set it in each function",
            "Globals: { Function: { Policies: [] } }\nResources: { A: { Type: AWS::SQS::Queue } }"),
        Row(
            "t.yaml:1:24: Globals can't set Timeot for functions; did you mean Timeout?",
            "Globals: { Function: { Timeot: 3 } }\nResources: { A: { Type: AWS::SQS::Queue } }"),
    ]
    @Test(arguments: structure) func `refuses a wrong structure`(row: Row) {
        #expect(Self.error(row.text) == row.expected)
    }

    /// Each stands as the value of a queue's property `Q` at 1:56.
    static let references = [
        Row(
            "t.yaml:1:59: !Ref Tabel names no parameter or resource of this template; did you mean Table?", "!Ref Tabel"
        ),
        Row("t.yaml:1:59: !GetAtt Nothing.Arn names no parameter or resource of this template", "!GetAtt Nothing.Arn"),
        Row(
            "t.yaml:1:59: !GetAtt Table.Art asks for an attribute that Table does not have; did you mean Arn?",
            "!GetAtt Table.Art"),
        Row("t.yaml:1:59: !GetAtt takes a resource and an attribute, such as Table.Arn", "!GetAtt Table"),
        Row("t.yaml:1:59: !GetAtt takes a list of 2", "!GetAtt [Table]"),
        Row("t.yaml:1:59: !Ref takes a name, not a list", "!Ref [a]"),
        Row(
            "t.yaml:1:59: ${Tabel} names no parameter or resource of this template; did you mean Table?",
            "!Sub 'x${Tabel}'"),
        Row(
            "t.yaml:1:59: ${Table.Art} asks for an attribute that Table does not have; did you mean Arn?",
            "!Sub '${Table.Art}'"),
        Row("t.yaml:1:59: ${a b} can't be a name in !Sub; write ${!a b} for the text itself", "!Sub '${a b}'"),
        Row("t.yaml:1:59: ${AWS::NoValue} must be a text, not AWS::NoValue", "!Sub '${AWS::NoValue}'"),
        Row("t.yaml:1:79: the text of !Sub has no ${b}; remove it from the map", "!Sub ['${Table}', { b: c }]"),
        Row("t.yaml:1:59: !Sub takes a text, not a map", "!Sub { a: b }"),
        Row(
            "t.yaml:1:59: the function !ImportValue can't be used: the emulator knows no other stacks; pass the value in "
                + "as a parameter", "!ImportValue x"),
        Row(
            "t.yaml:1:61: the function Fn::Transform can't be used: macros run on AWS only; write out what the macro makes",
            "{ Fn::Transform: { Name: x } }"),
        Row(
            "t.yaml:1:59: the function !Cidr can't be used: the emulator does not evaluate it; use one of Ref, GetAtt, "
                + "Sub, Join, Select, Split, FindInMap, Base64 and the condition functions, or a parameter", "!Cidr [a]"
        ),
        Row("t.yaml:1:67: Fn::Sub must be the only key of its map", "{ a: b, Fn::Sub: c }"),
        Row("t.yaml:1:59: !Join takes a list of 2", "!Join [a]"),
        Row("t.yaml:1:71: !Join joins a list", "!Join [',', b]"),
        Row("t.yaml:1:71: an element that !Join joins must be a text, not a list", "!Join ['', [[a]]]"),
        Row("t.yaml:1:68: !Select can't take element 2 of a list of 2; the first is 0", "!Select [2, [a, b]]"),
        Row("t.yaml:1:68: !Select can't take element -1 of a list of 1; the first is 0", "!Select [-1, [a]]"),
        Row("t.yaml:1:67: !Split needs a separator that is not empty", "!Split ['', a]"),
        Row("t.yaml:1:71: the section Mappings has no N", "!FindInMap [N, a, b]"),
        Row("t.yaml:1:74: the mapping M has no b", "!FindInMap [M, b, b]"),
        Row("t.yaml:1:77: the mapping M.a has no zzz", "!FindInMap [M, a, zzz]"),
        Row("t.yaml:1:64: the condition Nope is not declared", "!If [Nope, a, b]"),
        Row("t.yaml:1:59: !If takes a list of 3", "!If [Never, a]"),
        Row(
            "t.yaml:1:59: !Equals is for the section Conditions; name a condition there and use !If here",
            "!Equals [a, b]"),
        Row(
            "t.yaml:1:59: !Ref Unmade names a resource that is not made, as its condition Never is false; put the "
                + "reference into an !If with the same condition", "!Ref Unmade"),
        Row("t.yaml:1:59: !Base64 takes a text, not a list", "!Base64 [a]"),
    ]
    @Test(arguments: references) func `refuses a wrong function`(row: Row) {
        let text = """
            Resources: { Q: { Type: AWS::SQS::Queue, Properties: { Q: \(row.text) } },
              Table: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST,
                AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }],
                KeySchema: [{ AttributeName: pk, KeyType: HASH }] } },
              Unmade: { Type: AWS::SNS::Topic, Condition: Never } }
            Mappings: { M: { a: { b: c } } }
            Conditions: { Never: !Equals [a, b] }
            """
        #expect(Self.error(text) == row.expected)
    }

    static let conditions = [
        Row("t.yaml:2:5: a condition is made of !Equals, !And, !Or, !Not and !Condition, not a text", "A: x"),
        Row("t.yaml:2:5: !Equals takes a list of 2", "A: !Equals [a]"),
        Row("t.yaml:2:5: !And takes a list of 2 to 10", "A: !And [!Equals [a, a]]"),
        Row("t.yaml:2:5: !Not takes a list of 1", "A: !Not [!Equals [a, a], !Equals [a, a]]"),
        Row("t.yaml:2:11: the condition B is not declared", "A: !Not [!Condition B]"),
        Row(
            "t.yaml:3:11: conditions refer to each other in a circle: A → B → A; remove one of the references",
            "A: !Not [!Condition B]\n B: !Not [!Condition A]"),
        Row(
            "t.yaml:2:14: !Ref Q in a condition must name a parameter: resources are made after conditions are decided",
            "A: !Equals [!Ref Q, a]"),
        Row("t.yaml:2:5: !Ref is neither true nor false; compare it with !Equals", "A: !Ref AWS::Region"),
    ]
    @Test(arguments: conditions) func `refuses a wrong condition`(row: Row) {
        #expect(Self.error("Conditions:\n \(row.text)\nResources: { Q: { Type: AWS::SQS::Queue } }") == row.expected)
    }

    static let circles = [
        Row(
            "t.yaml:3:48: resources need each other in a circle: A → B → A; write one of the names out instead of "
                + "referring to it",
            "Resources:\n  A: { Type: AWS::SQS::Queue, Properties: { X: !Ref B } }\n  B: { Type: AWS::SQS::Queue, Properties: { X: !GetAtt A.Arn } }"
        ),
        Row(
            "t.yaml:2:42: resources need each other in a circle: A → A; write one of the names out instead of referring "
                + "to it", "Resources:\n  A: { Type: AWS::SQS::Queue, DependsOn: A }"),
        Row(
            "t.yaml:3:3: the names of resources refer to each other in a circle: B → A → B; write one of the names out",
            "Resources:\n  A: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref B } }\n  B: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref A } }"
        ),
        Row(
            "t.yaml:5:75: resources need each other in a circle: Api → F → Api; write one of the names out instead of "
                + "referring to it",
            """
            Resources:
              Api: { Type: AWS::Serverless::HttpApi }
              F:
                Type: AWS::Serverless::Function
                Properties: { Runtime: x, Handler: x, Environment: { Variables: { A1: !Ref Api } },
                  Events: {
                    E: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: / } } } }
            """),
    ]
    @Test(arguments: circles) func `refuses circles`(row: Row) { #expect(Self.error(row.text) == row.expected) }

    @Test func `refuses files that can't be read`() {
        #expect(throws: TemplateError.self) { try Stack.load(file: "/nowhere/template.yaml") }
        let error = #expect(throws: TemplateError.self) { try Stack.load(file: "/") }
        #expect(error?.position == nil)
        #expect(error?.description.hasPrefix("/ can't be read: ") == true)
    }

    @Test func `takes a megabyte and no more`() {
        let text = "Resources: { A: { Type: AWS::SQS::Queue } }\n#"
        let filler = String(repeating: "x", count: 1_000_000 - text.utf8.count)
        #expect(Self.error(text + filler) == nil)
        #expect(Self.error(text + filler + "x") == "t.yaml:1:1: the template has more than 1000000 bytes; split it")
    }

    @Test func `does not let aliases multiply without end`() {
        var text = "Metadata:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            text += "  a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
        }
        let error = Self.error(text + "Resources: { A: { Type: AWS::SQS::Queue } }")
        #expect(error?.hasSuffix("the template has more than 200000 values; use fewer aliases") == true)
    }
}
