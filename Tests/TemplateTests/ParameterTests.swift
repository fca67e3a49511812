import Template
import Testing

struct ParameterTests {
    private static func load(
        _ parameter: String, _ value: String?, local: String? = nil
    ) -> (value: String?, error: String?) {
        let metadata = local.map { "Metadata: { Emulator: { Parameters: { P: \($0) } } }\n" } ?? ""
        let text = "Parameters: { P: { \(parameter) } }\nResources: { A: { Type: AWS::SQS::Queue } }\n" + metadata
        do throws(TemplateError) {
            let stack = try Stack.load(text: text, file: "t.yaml", overrides: value.map { ["P": $0] } ?? [:])
            return (stack.parameters["P"], nil)
        } catch { return (nil, error.description) }
    }

    /// The declaration, the override, what comes out.
    static let accepted: [(String, String?, String)] = [
        ("Type: String, Default: ''", nil, ""), ("Type: String, Default: a", "b", "b"),
        ("Type: Number, Default: 5", nil, "5"),
        ("Type: Number", "-1.5e3", "-1.5e3"), ("Type: Number, MinValue: 1, MaxValue: 3", "1", "1"),
        ("Type: Number, MinValue: 1, MaxValue: 3", "3", "3"), ("Type: String, MinLength: 2, MaxLength: 3", "é€", "é€"),
        ("Type: String, AllowedPattern: '[a-z]+'", "abc", "abc"), ("Type: String, AllowedValues: [a, b]", "b", "b"),
        ("Type: List<Number>", "1, 2", "1, 2"), ("Type: CommaDelimitedList, AllowedValues: [a, b]", "b,a", "b,a"),
        ("Type: AWS::EC2::VPC::Id", "vpc-1", "vpc-1"), ("Type: List<AWS::EC2::Subnet::Id>", "a,b", "a,b"),
        ("Type: 'AWS::SSM::Parameter::Value<String>', Default: /name", "value", "value"),
        ("Type: String, NoEcho: true", "secret", "secret"),
    ]
    @Test(arguments: accepted) func `takes what the declaration allows`(
        parameter: String, value: String?, result: String
    ) {
        let loaded = Self.load(parameter, value)
        #expect(loaded.error == nil)
        #expect(loaded.value == result)
    }

    static let refused: [(String, String?, String)] = [
        (
            "Type: String", nil,
            "t.yaml:1:15: the parameter P has no value; give it one on the command line or under Metadata: Emulator: Parameters"
        ),
        (
            "Type: 'AWS::SSM::Parameter::Value<String>', Default: /name", nil,
            "t.yaml:1:15: the value of the parameter P is kept in AWS Systems Manager, which the emulator can't ask; give "
                + "it one on the command line or under Metadata: Emulator: Parameters"
        ),
        ("Default: a", nil, "t.yaml:1:15: the parameter P needs a Type such as String"),
        ("Type: Strin", "a", "t.yaml:1:26: the parameter type Strin is not known; did you mean String?"),
        (
            "Type: String, Dafault: a", "a",
            "t.yaml:1:34: the parameter P has the unknown property Dafault; did you mean Default?"
        ),
        (
            "Type: String, Default: !Ref X", nil,
            "t.yaml:1:43: Default must be a text, not the function !Ref: parameters are read before any function is evaluated"
        ),
        ("Type: Number", "x", "the value \"x\" of the parameter P must be a number"),
        ("Type: Number", "nan", "the value \"nan\" of the parameter P must be a number"),
        ("Type: Number, Default: x", nil, "t.yaml:1:43: the value \"x\" of the parameter P must be a number"),
        ("Type: Number, MinValue: 1", "0.5", "the value \"0.5\" of the parameter P must be at least 1"),
        ("Type: Number, MaxValue: 3", "4", "the value \"4\" of the parameter P must be at most 3"),
        ("Type: Number, MaxValue: x", "4", "t.yaml:1:44: MaxValue must be a number"),
        ("Type: String, MinLength: 2", "a", "the value \"a\" of the parameter P must have at least 2 characters"),
        ("Type: String, MaxLength: 2", "abc", "the value \"abc\" of the parameter P must have at most 2 characters"),
        ("Type: String, AllowedPattern: '[a-z]+'", "abC", "the value \"abC\" of the parameter P must match [a-z]+"),
        ("Type: String, AllowedPattern: '['", "a", "t.yaml:1:50: the AllowedPattern [ is no regular expression"),
        ("Type: String, AllowedValues: [a, b]", "c", "the value \"c\" of the parameter P must be one of a, b"),
        ("Type: List<Number>", "1,b", "the value \"b\" of the parameter P must be a number"),
        ("Type: CommaDelimitedList, AllowedValues: [a]", "a,c", "the value \"c\" of the parameter P must be one of a"),
    ]
    @Test(arguments: refused) func `refuses what it does not`(parameter: String, value: String?, error: String) {
        #expect(Self.load(parameter, value).error == error)
    }

    @Test func `prefers overrides to local values and those to defaults`() {
        #expect(Self.load("Type: String, Default: a", nil, local: "b").value == "b")
        #expect(Self.load("Type: String, Default: a", "c", local: "b").value == "c")
        #expect(
            Self.load("Type: String", nil, local: "'${Endpoint}/x?e=${Endpoint}'").value
                == "http://127.0.0.1:4566/x?e=http://127.0.0.1:4566")
        #expect(
            Self.load("Type: Number", nil, local: "b").error
                == "t.yaml:3:42: the value \"b\" of the parameter P must be a number")
        #expect(
            Self.load("Type: String", nil, local: "[b]").error
                == "t.yaml:3:42: the local value of P must be a text, not a list")
    }

    @Test func `refuses values for parameters that are not there`() {
        let text = "Resources: { A: { Type: AWS::SQS::Queue } }\nParameters: { Name: { Type: String, Default: x } }"
        #expect(
            TemplateErrorTests.error(text, overrides: ["Nmae": "x"])
                == "the template has no parameter Nmae; did you mean Name?")
        #expect(
            TemplateErrorTests.error(text + "\nMetadata: { Emulator: { Parameters: { Other: x } } }")
                == "t.yaml:3:46: the template has no parameter Other")
        #expect(
            TemplateErrorTests.error(text + "\nMetadata: { Emulator: { Params: {} } }")
                == "t.yaml:3:25: Metadata: Emulator knows Parameters and Audit, not Params")
    }
}
