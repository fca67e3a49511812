import Routing
import Testing

struct PatternErrorTests {
    /// Fields of one value `x` and the reason for which it is refused.
    static let values: [(String, String)] = [
        (#"{"x": 42}"#, #""x" must be an object or an array"#), (#"{"x": "v"}"#, #""x" must be an object or an array"#),
        (#"{"x": null}"#, #""x" must be an object or an array"#), (#"{"x": []}"#, "Empty arrays are not allowed"),
        (#"{"x": {}}"#, "Empty objects are not allowed"), ("{}", "Empty objects are not allowed"),
        ("[]", "Filter is not an object"), (#""x""#, "Filter is not an object"),
        (#"{"x": [["a"]]}"#, "Match value must be String, number, true, false, or null"),
        (#"{"x": [{}]}"#, "Match expression name not found"),
        (#"{"x": [{"EXISTS": true}]}"#, "Unrecognized match type EXISTS"),
        (#"{"x": [{"NUMERIC": ["=", 5]}]}"#, "Unrecognized match type NUMERIC"),
        (#"{"x": [{"prefix": "a", "suffix": "b"}]}"#, "Only one key allowed in match expression"),
        (#"{"x": [{"exactly": 1}]}"#, "exact match pattern must be a string"),
        (#"{"x": [{"prefix": 123}]}"#, "prefix match pattern must be a string"),
        (#"{"x": [{"prefix": ["a"]}]}"#, "prefix match pattern must be a string"),
        (#"{"x": [{"prefix": {}}]}"#, "Prefix expression name not found"),
        (#"{"x": [{"prefix": {"wildcard": "a"}}]}"#, "Unsupported prefix pattern: wildcard"),
        (#"{"x": [{"prefix": {"equals-ignore-case": 1}}]}"#, "equals-ignore-case match pattern must be a string"),
        (#"{"x": [{"prefix": {"equals-ignore-case": "a", "b": 1}}]}"#, "Only one key allowed in match expression"),
        (#"{"x": [{"suffix": 123}]}"#, "suffix match pattern must be a string"),
        (#"{"x": [{"suffix": {"prefix": "a"}}]}"#, "Unsupported suffix pattern: prefix"),
        (#"{"x": [{"suffix": {}}]}"#, "Suffix expression name not found"),
        (#"{"x": [{"equals-ignore-case": ["a"]}]}"#, "equals-ignore-case match pattern must be a string"),
        (#"{"x": [{"exists": "true"}]}"#, "exists match pattern must be either true or false."),
        (#"{"x": [{"exists": true, "a": 1}]}"#, "Only one key allowed in match expression"),
        (#"{"x": [{"numeric": 10}]}"#, "Value of numeric must be an array."),
        (#"{"x": [{"numeric": []}]}"#, "Invalid member in numeric match: ]"),
        (#"{"x": [{"numeric": [5]}]}"#, "Invalid member in numeric match: 5"),
        (#"{"x": [{"numeric": ["!=", 5]}]}"#, "Unrecognized numeric range operator: !="),
        (#"{"x": [{"numeric": ["="]}]}"#, "Value of equals must be numeric"),
        (#"{"x": [{"numeric": ["=", "5"]}]}"#, "Value of equals must be numeric"),
        (#"{"x": [{"numeric": ["=", 5, 6]}]}"#, "Too many elements in numeric expression"),
        (#"{"x": [{"numeric": ["<", 5, ">", 0]}]}"#, "Too many elements in numeric expression"),
        (#"{"x": [{"numeric": [">", 0, "<"]}]}"#, "Value of < must be numeric"),
        (#"{"x": [{"numeric": [">", 0, ">", 0]}]}"#, "Bad numeric range operator: >"),
        (#"{"x": [{"numeric": [">", 0, 5, 6]}]}"#, "Bad value in numeric range: 5"),
        (#"{"x": [{"numeric": [">", 0, "<", 5, 6]}]}"#, "Too many terms in numeric range expression"),
        (#"{"x": [{"numeric": [">", 5, "<", 5]}]}"#, "Bottom must be less than top"),
        (#"{"x": [{"numeric": [">", 5000000001]}]}"#, "Value must be between -5.0E9 and 5.0E9, inclusive"),
        (#"{"x": [{"numeric": ["=", -5e10]}]}"#, "Value must be between -5.0E9 and 5.0E9, inclusive"),
        (#"{"x": [{"numeric": ["=", 1], "a": 1}]}"#, "Too many elements in numeric expression"),
        (#"{"x": [{"cidr": ["a"]}]}"#, "prefix match pattern must be a string"),
        (#"{"x": [{"cidr": "10.0.0.0"}]}"#, "Malformed CIDR, one '/' required"),
        (#"{"x": [{"cidr": "10.0.0.0/"}]}"#, "Malformed CIDR, one '/' required"),
        (#"{"x": [{"cidr": "10.0.0.0/8/8"}]}"#, "Malformed CIDR, one '/' required"),
        (#"{"x": [{"cidr": "10.0.0.0/xx"}]}"#, "Malformed CIDR, mask bits must be an integer"),
        (#"{"x": [{"cidr": "10.0.0.0/-1"}]}"#, "Malformed CIDR, mask bits must not be negative"),
        (#"{"x": [{"cidr": "10.0.0.0/32"}]}"#, "IPv4 mask bits must be < 32"),
        (#"{"x": [{"cidr": "2001:db8::/128"}]}"#, "IPv6 mask bits must be < 128"),
        (#"{"x": [{"cidr": "xx.11.xx/8"}]}"#, "Nonstandard IP address: xx.11.xx"),
        (#"{"x": [{"cidr": "xxxx:db8:1234:1a00::/56"}]}"#, "Nonstandard IP address: xxxx:db8:1234:1a00::"),
        (#"{"x": [{"wildcard": 123}]}"#, "wildcard match pattern must be a string"),
        (#"{"x": [{"wildcard": ["a"]}]}"#, "wildcard match pattern must be a string"),
        (
            #"{"x": [{"wildcard": "arn:aws:events:us-east-1:**:event-bus/*"}]}"#,
            "Consecutive wildcard characters at pos 26"
        ),
        (#"{"x": [{"wildcard": "a\\b"}]}"#, "Invalid escape character at pos 2"),
        (#"{"x": [{"wildcard": "a\\"}]}"#, "Invalid escape character at pos 2"),
        (#"{"x": [{"wildcard": "*:*:*:*:*:event-bus/*"}]}"#, tooComplex),
        (#"{"x": [{"anything-but": {"wildcard": "*:*:*:*:*:event-bus/*"}}]}"#, tooComplex),
        (#"{"x": [{"anything-but": null}]}"#, anythingButValue),
        (#"{"x": [{"anything-but": true}]}"#, anythingButValue),
        (#"{"x": [{"anything-but": {"prefix": {"equals-ignore-case": "a"}}}]}"#, anythingButValue),
        (#"{"x": [{"anything-but": ["a", null]}]}"#, "Inside anything but list, start|null|boolean is not supported."),
        (
            #"{"x": [{"anything-but": [{"prefix": "a"}]}]}"#,
            "Inside anything but list, start|null|boolean is not supported."
        ),
        (#"{"x": [{"anything-but": ["a", 1]}]}"#, mixed), (#"{"x": [{"anything-but": []}]}"#, mixed),
        (#"{"x": [{"anything-but": 5000000001}]}"#, "Value must be between -5.0E9 and 5.0E9, inclusive"),
        (#"{"x": [{"anything-but": {}}]}"#, "Anything-But expression name not found"),
        (#"{"x": [{"anything-but": {"numeric": ["=", 1]}}]}"#, "Unsupported anything-but pattern: numeric"),
        (#"{"x": [{"anything-but": {"prefix": ""}}]}"#, "Null prefix/suffix not allowed"),
        (#"{"x": [{"anything-but": {"suffix": ["a", ""]}}]}"#, "Null prefix/suffix not allowed"),
        (#"{"x": [{"anything-but": {"prefix": 123}}]}"#, "prefix/suffix match pattern must be a string"),
        (#"{"x": [{"anything-but": {"suffix": [null, ".txt"]}}]}"#, "prefix/suffix match pattern must be a string"),
        (
            #"{"x": [{"anything-but": {"equals-ignore-case": 1}}]}"#,
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
        ),
        (#"{"x": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}"#, "wildcard match pattern must be a string"),
        (#"{"x": [{"anything-but": {"prefix": "a", "suffix": "b"}}]}"#, "Too many elements in numeric expression"),
        (#"{"x": [{"anything-but": "a", "prefix": "b"}]}"#, "Too many elements in numeric expression"),
        (#"{"$or": {"a": [1]}}"#, "It must be an Array followed with $or."),
        (#"{"$or": [{"a": [1]}, 5]}"#, "Only JSON object is allowed in array of $or relationship."),
        (#"{"$or": [{"a": [1]}]}"#, "There must have at least 2 Objects in $or relationship."),
        (#"{"$or": []}"#, "There must have at least 2 Objects in $or relationship."),
        (#"{"$or": [{"a": [1]}, {}]}"#, "Empty objects are not allowed"),
        (
            #"{"$or": [{"numeric": [1]}, {"a": [1]}]}"#,
            "numeric is Ruler reserved fieldName which cannot be used inside $or."
        ),
    ]
    static let tooComplex =
        "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character"
    static let anythingButValue = "Value of anything-but must be an array or single string/number value."
    static let mixed = "Inside anything but list, either all values are number or string, mixed type is not supported"

    @Test(arguments: values) func `refuses in EventBridge's words`(pattern: String, reason: String) {
        #expect(throws: EventPatternError.invalid(reason: reason)) { try EventPattern(parsing: pattern) }
    }

    @Test func `names the error and the reason`() {
        let error = EventPatternError.invalid(reason: "Empty arrays are not allowed")
        #expect(error.code == "InvalidEventPatternException")
        #expect(error.description == "Event pattern is not valid. Reason: Empty arrays are not allowed")
        #expect(EventPatternError.tooLong("x").code == "ValidationException")
    }

    @Test(arguments: ["", "{", "{'a': 1}", #"{"a": [1]} x"#]) func `refuses what is no JSON`(text: String) {
        #expect(throws: EventPatternError.self) { try EventPattern(parsing: text) }
    }

    @Test func `takes 4096 characters and no more`() throws {
        func pattern(_ count: Int) -> String { #"{"x":["\#(String(repeating: "é", count: count - 10))"]}"# }
        #expect(pattern(4_096).utf16.count == 4_096)
        _ = try EventPattern(parsing: pattern(4_096))
        let long = pattern(4_097)
        #expect(throws: EventPatternError.tooLong(long)) { try EventPattern(parsing: long) }
    }

    @Test func `allows wildcards up to its bound`() throws {
        // Twelve: six wildcards, nothing that repeats.
        _ = try EventPattern(parsing: #"{"x": [{"wildcard": "*a*b*c*d*e*"}]}"#)
        #expect(throws: EventPatternError.self) {
            try EventPattern(parsing: #"{"x": [{"wildcard": "*a*b*c*d*e*f*"}]}"#)
        }
    }
}
