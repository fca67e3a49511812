import Routing
import Testing

/// Single values against single operators.
struct PatternValueTests {
    static let rows = [
        PatternRow(
            x: #""a""#, yes: [#""a""#, #"["b", "a"]"#, #"[["a"]]"#],
            no: [#""A""#, #""ab""#, #""""#, "null", "1", #"{"a": "a"}"#, "[]"]),
        PatternRow(
            x: #""a", "b", 1, true"#, yes: [#""a""#, #""b""#, "1", "true", "[false, true]"],
            no: [#""c""#, "2", "false", #""1""#, #""true""#]),
        // Bytes: no normalisation.
        PatternRow(x: #""é""#, yes: [#""é""#, #""\u00e9""#], no: [#""e\u0301""#, #""É""#]),
        PatternRow(x: #""""#, yes: [#""""#], no: [#"" ""#, "null", "[]"]),
        PatternRow(x: "null", yes: ["null", "[null]"], no: [#""null""#, "0", "false", "[]", "{}"]),
        PatternRow(x: "false", yes: ["false"], no: ["true", "0", "null", #""false""#]),
        // Numbers by value.
        PatternRow(
            x: "300", yes: ["300", "300.0", "3.0e2", "3E+2", "30000e-2"], no: ["301", #""300""#, "-300", "300.000001"]),
        PatternRow(x: "0", yes: ["0", "-0", "0.0", "0e9"], no: ["1", "false", "null", #""""#]),
        PatternRow(x: "1.5", yes: ["1.5", "1.50", "15e-1"], no: ["1", "1.51", "1.499999"]),
        // Past the range by text alone, and no more than six decimals.
        PatternRow(x: "5000000001", yes: ["5000000001"], no: ["5000000001.0", "5000000002"]),
        PatternRow(x: "123456789012", yes: ["123456789012"], no: ["123456789013"]),
        PatternRow(x: "0.1234567", yes: ["0.1234567", "0.123456"], no: ["0.123457"]),
        PatternRow(
            x: #"{"prefix": "ab"}"#, yes: [#""ab""#, #""abc""#, #"["x", "ab"]"#],
            no: [#""a""#, #""Ab""#, #""xab""#, "1", "null"]),
        PatternRow(x: #"{"prefix": ""}"#, yes: [#""""#, #""x""#], no: ["1", "null"]),
        PatternRow(
            x: #"{"suffix": ".png"}"#, yes: [#"".png""#, #""a.png""#],
            no: [#""a.PNG""#, #""a.png.txt""#, #""png""#, "1"]),
        PatternRow(
            x: #"{"prefix": {"equals-ignore-case": "EventB"}}"#, yes: [#""eventbridge""#, #""EVENTB""#],
            no: [#""event""#, #""xeventb""#, "1"]),
        PatternRow(
            x: #"{"suffix": {"equals-ignore-case": ".Png"}}"#, yes: [#""a.PNG""#, #"".png""#], no: [#""a.pn""#, "null"]),
        PatternRow(
            x: #"{"equals-ignore-case": "aLiCe"}"#, yes: [#""ALICE""#, #""alice""#],
            no: [#""alicex""#, #""alic""#, "1"]),
        PatternRow(x: #"{"equals-ignore-case": "ÄÖ"}"#, yes: [#""äö""#, #""ÄÖ""#], no: [#""ao""#]),
        PatternRow(x: #"{"equals-ignore-case": ""}"#, yes: [#""""#], no: [#""a""#]),
        PatternRow(x: #"{"exactly": "a"}"#, yes: [#""a""#], no: [#""A""#, "1"]),
        PatternRow(
            x: #"{"wildcard": "*.png"}"#, yes: [#""a.png""#, #"".png""#], no: [#""a.png2""#, #""png""#, "1", "null"]),
        PatternRow(
            x: #"{"wildcard": "a*b*c"}"#, yes: [#""abc""#, #""aXbYc""#, #""abbcbc""#],
            no: [#""ac""#, #""abcd""#, #""acb""#]),
        PatternRow(x: #"{"wildcard": "*"}"#, yes: [#""""#, #""x""#], no: ["1", "{}"]),
        PatternRow(x: #"{"wildcard": ""}"#, yes: [#""""#], no: [#""x""#]),
        PatternRow(x: #"{"wildcard": "a\\*b\\\\*"}"#, yes: [#""a*b\\""#, #""a*b\\c""#], no: [#""aXb\\""#, #""a*b""#]),
        PatternRow(
            x: #"{"wildcard": "/Users/*/dir/dir/dir/dir/dir/doc.txt"}"#,
            yes: [
                #""/Users/ls_user/dir/dir/dir/dir/dir/doc.txt""#, #""/Users/u/dir/dir/dir/dir/dir/dir/dir/doc.txt""#,
            ], no: [#""/Users/ls_user/dir/dir/dir/dir/otherdir/doc.txt""#]),
        PatternRow(x: #"{"numeric": ["=", 5]}"#, yes: ["5", "5.0", "[1, 5]"], no: ["5.1", #""5""#, "null"]),
        PatternRow(
            x: #"{"numeric": ["<", 10]}"#, yes: ["9.999999", "-5000000000"], no: ["10", "11", #""9""#, "-5000000001"]),
        PatternRow(x: #"{"numeric": ["<=", 10]}"#, yes: ["10", "-1e9"], no: ["10.000001"]),
        PatternRow(
            x: #"{"numeric": [">", 100]}"#, yes: ["101", "101.0", "5e9"],
            no: ["100", #""300""#, "null", "5000000000.1"]),
        PatternRow(x: #"{"numeric": [">=", -5e9]}"#, yes: ["-5000000000", "0"], no: ["-5000000000.1"]),
        PatternRow(x: #"{"numeric": [">", 0, "<=", 5]}"#, yes: ["0.000001", "5"], no: ["0", "5.000001", "-1"]),
        PatternRow(x: #"{"numeric": [">=", 0, "<", 5]}"#, yes: ["0", "-0.0", "4.999999"], no: ["5", "-0.000001"]),
        PatternRow(
            x: #"{"exists": true}"#, yes: [#""""#, "null", "0", "false", "[1]"],
            no: ["[]", "{}", #"{"y": 1}"#, #"[{"y": 1}]"#]),
        PatternRow(
            x: #"{"exists": false}"#, yes: ["[]", "{}", #"{"y": 1}"#], no: [#""""#, "null", "[null]", "[[0]]"]),
        PatternRow(
            x: #"{"cidr": "10.0.0.0/24"}"#, yes: [#""10.0.0.0""#, #""10.0.0.255""#],
            no: [#""10.0.1.0""#, #""9.255.255.255""#, #""10.0.0""#, #""x""#, "10", #""::a00:0""#]),
        PatternRow(x: #"{"cidr": "10.0.0.77/25"}"#, yes: [#""10.0.0.127""#], no: [#""10.0.0.128""#]),
        PatternRow(
            x: #"{"cidr": "0.0.0.0/0"}"#, yes: [#""255.255.255.255""#],
            no: [#""::1""#, #""256.0.0.1""#, #""1.2.3.4.5""#]),
        PatternRow(
            x: #"{"cidr": "2001:db8:1234:1a00::/56"}"#,
            yes: [#""2001:db8:1234:1aff:ffff:ffff:ffff:ffff""#, #""2001:0DB8:1234:1A00::""#],
            no: [#""2001:db8:1234:1b00::""#, #""2001:db8:1234:1a00""#, #""10.0.0.1""#]),
        PatternRow(
            x: #"{"cidr": "::/1"}"#, yes: [#""::""#, #""::1""#, #""1::""#, #""7fff::1""#],
            no: [#""8000::""#, #"":::""#, #""1::2::3""#, #"":1""#, #""1:""#, #""12345::""#]),
        // An address is an address however it is written.
        PatternRow(
            x: #""10.0.0.1""#, yes: [#""10.0.0.1""#, #""::ffff:a00:1""#], no: [#""10.0.0.2""#, #""10.0.0.1 ""#]),
        PatternRow(x: #""::1""#, yes: [#""::1""#, #""0:0:0:0:0:0:0:1""#], no: [#""::2""#, #"[]"#]),
        PatternRow(
            x: #"{"anything-but": "a"}"#, yes: [#""b""#, #""""#, "1", "null", "true", #"["a", "b"]"#],
            no: [#""a""#, #"["a"]"#, "[]", "{}"]),
        PatternRow(x: #"{"anything-but": ["a", "b"]}"#, yes: [#""c""#, "null"], no: [#""a""#, #""b""#]),
        PatternRow(x: #"{"anything-but": 0}"#, yes: ["789", #""0""#, "null"], no: ["0", "0.0", "-0"]),
        PatternRow(x: #"{"anything-but": [100, 200]}"#, yes: ["300", #""100""#, "6e9"], no: ["100.0", "2e2"]),
        PatternRow(
            x: #"{"anything-but": {"prefix": "init"}}"#, yes: [#""x""#, "null", "1"], no: [#""init""#, #""initial""#]),
        PatternRow(x: #"{"anything-but": {"prefix": ["a", "b"]}}"#, yes: [#""c""#], no: [#""ax""#, #""bx""#]),
        PatternRow(x: #"{"anything-but": {"suffix": ".txt"}}"#, yes: [#""a.png""#, "null"], no: [#""a.txt""#]),
        PatternRow(
            x: #"{"anything-but": {"suffix": [".txt", ".jpg"]}}"#, yes: [#""a.png""#], no: [#""a.txt""#, #""a.jpg""#]),
        PatternRow(
            x: #"{"anything-but": {"equals-ignore-case": ["On", "Off"]}}"#, yes: [#""maybe""#, "null"],
            no: [#""ON""#, #""oFF""#]),
        PatternRow(
            x: #"{"anything-but": {"wildcard": "*/lib/*"}}"#, yes: [#""/bin/x""#, "123", "null"], no: [#""/lib/x""#]),
        PatternRow(
            x: #"{"anything-but": {"wildcard": ["*/init/*", "*/dir/*"]}}"#, yes: [#""dir/post/dir""#],
            no: [#""a/init/b""#, #""a/dir/b""#]),
        PatternRow(x: #"{"numeric": [">", 100]}, {"anything-but": "101"}"#, yes: [#""42""#, "101"], no: [#""101""#]),
        PatternRow(x: #"{"exists": false}, "a""#, yes: [#""a""#, "[]"], no: [#""b""#]),
    ]
    @Test(arguments: rows) func `compares a value`(row: PatternRow) throws { try row.check() }

    @Test func `counts its rows`() {
        #expect(Self.rows.reduce(0) { $0 + $1.matching.count + $1.other.count } >= 200)
    }
}
