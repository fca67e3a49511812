import JSON
import Testing

/// Texts that are JSON, with their shortest form: the valid cases of the public corpus JSONTestSuite (Nicolas Seriot,
/// "Parsing JSON is a Minefield"), written anew, and more of ours. `<0A>` stands for the byte 0A.
struct JSONAcceptedTests {
    static let valid: [(String, String)] = [
        (#"[[]   ]"#, "[[]]"),
        (#"[""]"#, #"[""]"#),
        (#"[]"#, "[]"),
        (#"["a"]"#, #"["a"]"#),
        (#"[false]"#, "[false]"),
        (#"[null, 1, "1", {}]"#, #"[null,1,"1",{}]"#),
        (#"[null]"#, "[null]"),
        (#"[1<0A>]"#, "[1]"),
        (#" [1]"#, "[1]"),
        (#"[1,null,null,null,2]"#, "[1,null,null,null,2]"),
        (#"[2] "#, "[2]"),
        (#"[123e65]"#, "[123e65]"),
        (#"[0e+1]"#, "[0e+1]"),
        (#"[0e1]"#, "[0e1]"),
        (#"[ 4]"#, "[4]"),
        (
            #"[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]<0A>"#,
            "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]"
        ),
        (#"[20e1]"#, "[20e1]"),
        (#"[-0]"#, "[-0]"),
        (#"[-123]"#, "[-123]"),
        (#"[-1]"#, "[-1]"),
        (#"[1E22]"#, "[1E22]"),
        (#"[1E-2]"#, "[1E-2]"),
        (#"[1E+2]"#, "[1E+2]"),
        (#"[123e45]"#, "[123e45]"),
        (#"[123.456e78]"#, "[123.456e78]"),
        (#"[1e-2]"#, "[1e-2]"),
        (#"[1e+2]"#, "[1e+2]"),
        (#"[123]"#, "[123]"),
        (#"[123.456789]"#, "[123.456789]"),
        (#"{"asd":"sdf", "dfg":"fgh"}"#, #"{"asd":"sdf","dfg":"fgh"}"#),
        (#"{"asd":"sdf"}"#, #"{"asd":"sdf"}"#),
        (#"{"a":"b","a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b","a":"b"}"#, #"{"a":"b"}"#),
        (#"{}"#, "{}"),
        (#"{"":0}"#, #"{"":0}"#),
        (#"{"foo\u0000bar": 42}"#, #"{"foo\u0000bar":42}"#),
        (#"{ "min": -1.0e+28, "max": 1.0e+28 }"#, #"{"min":-1.0e+28,"max":1.0e+28}"#),
        (
            #"{"x":[{"id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}], "id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#,
            #"{"x":[{"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}],"id":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}"#
        ),
        (#"{"a":[]}"#, #"{"a":[]}"#),
        (
            #"{"title":"\u041f\u043e\u043b\u0442\u043e\u0440\u0430 \u0417\u0435\u043c\u043b\u0435\u043a\u043e\u043f\u0430" }"#,
            #"{"title":"<D0><9F><D0><BE><D0><BB><D1><82><D0><BE><D1><80><D0><B0> <D0><97><D0><B5><D0><BC><D0><BB><D0><B5><D0><BA><D0><BE><D0><BF><D0><B0>"}"#
        ),
        (#"{<0A>"a": "b"<0A>}"#, #"{"a":"b"}"#),
        (#"["\u0060\u012a\u12AB"]"#, #"["`<C4><AA><E1><8A><AB>"]"#),
        (#"["\uD801\udc37"]"#, #"["<F0><90><90><B7>"]"#),
        (#"["\ud83d\ude39\ud83d\udc8d"]"#, #"["<F0><9F><98><B9><F0><9F><92><8D>"]"#),
        (#"["\"\\\/\b\f\n\r\t"]"#, #"["\"\\/\b\f\n\r\t"]"#),
        (#"["\\u0000"]"#, #"["\\u0000"]"#),
        (#"["\""]"#, #"["\""]"#),
        (#"["a/*b*/c/*d//e"]"#, #"["a/*b*/c/*d//e"]"#),
        (#"["\\a"]"#, #"["\\a"]"#),
        (#"["\\n"]"#, #"["\\n"]"#),
        (#"["\u0012"]"#, #"["\u0012"]"#),
        (#"["\uFFFF"]"#, #"["<EF><BF><BF>"]"#),
        (#"["asd"]"#, #"["asd"]"#),
        (#"[ "asd"]"#, #"["asd"]"#),
        (#"["\uDBFF\uDFFF"]"#, #"["<F4><8F><BF><BF>"]"#),
        (#"["new\u00A0line"]"#, #"["new<C2><A0>line"]"#),
        (#"["<F4><8F><BF><BF>"]"#, #"["<F4><8F><BF><BF>"]"#),
        (#"["<EF><BF><BF>"]"#, #"["<EF><BF><BF>"]"#),
        (#"["\u0000"]"#, #"["\u0000"]"#),
        (#"["\u002c"]"#, #"[","]"#),
        (#"["<CF><80>"]"#, #"["<CF><80>"]"#),
        (#"["<F0><9B><BF><BF>"]"#, #"["<F0><9B><BF><BF>"]"#),
        (#"["asd "]"#, #"["asd "]"#),
        (#"" ""#, #"" ""#),
        (#"["\uD834\uDd1e"]"#, #"["<F0><9D><84><9E>"]"#),
        (#"["\u0821"]"#, #"["<E0><A0><A1>"]"#),
        (#"["\u0123"]"#, #"["<C4><A3>"]"#),
        (#"["<E2><80><A8>"]"#, #"["<E2><80><A8>"]"#),
        (#"["<E2><80><A9>"]"#, #"["<E2><80><A9>"]"#),
        (#"["\u0061\u30af\u30EA\u30b9"]"#, #"["a<E3><82><AF><E3><83><AA><E3><82><B9>"]"#),
        (#"["new\u000Aline"]"#, #"["new\nline"]"#),
        (#"["<7F>"]"#, #"["<7F>"]"#),
        (#"["\uA66D"]"#, #"["<EA><99><AD>"]"#),
        (#"["\u005C"]"#, #"["\\"]"#),
        (#"["<E2><8D><82><E3><88><B4><E2><8D><82>"]"#, #"["<E2><8D><82><E3><88><B4><E2><8D><82>"]"#),
        (#"["\uDBFF\uDFFE"]"#, #"["<F4><8F><BF><BE>"]"#),
        (#"["\uD83F\uDFFE"]"#, #"["<F0><9F><BF><BE>"]"#),
        (#"["\u200B"]"#, #"["<E2><80><8B>"]"#),
        (#"["\u2064"]"#, #"["<E2><81><A4>"]"#),
        (#"["\uFDD0"]"#, #"["<EF><B7><90>"]"#),
        (#"["\uFFFE"]"#, #"["<EF><BF><BE>"]"#),
        (#"["\u0022"]"#, #"["\""]"#),
        (#"["<E2><82><AC><F0><9D><84><9E>"]"#, #"["<E2><82><AC><F0><9D><84><9E>"]"#),
        (#"["a<7F>a"]"#, #"["a<7F>a"]"#),
        (#"false"#, "false"),
        (#"42"#, "42"),
        (#"-0.1"#, "-0.1"),
        (#"null"#, "null"),
        (#""asd""#, #""asd""#),
        (#"true"#, "true"),
        (#""""#, #""""#),
        (#"["a"]<0A>"#, #"["a"]"#),
        (#"[true]"#, "[true]"),
        (#" [] "#, "[]"),
        (#"<09><0D><0A> 1<0A>"#, "1"),
        (#"[1,{"a":[{"b":{}}]}]"#, #"[1,{"a":[{"b":{}}]}]"#),
        (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
        (#"{"<C3><A9>":1,"e<CC><81>":2}"#, #"{"<C3><A9>":1,"e<CC><81>":2}"#),
        (#"["\ud7ff\ue000"]"#, #"["<ED><9F><BF><EE><80><80>"]"#),
        (#"["<ED><9F><BF><EE><80><80><EF><BF><BD>"]"#, #"["<ED><9F><BF><EE><80><80><EF><BF><BD>"]"#),
        (
            #"[12345678901234567890.123456789012345678901234567890E-400]"#,
            "[12345678901234567890.123456789012345678901234567890E-400]"
        ),
        (#"[-0.0,0.0,0]"#, "[-0.0,0.0,0]"),
        (#"["1234567","12345678","123456789","1234567\n"]"#, #"["1234567","12345678","123456789","1234567\n"]"#),
        (#"["12345678<C3><A9>","1234567<C3><A9>"]"#, #"["12345678<C3><A9>","1234567<C3><A9>"]"#),
        (#"["\/"]"#, #"["/"]"#),
        (#""\u00e9\u00E9""#, #""<C3><A9><C3><A9>""#),
        (#"["abcdefgh\"ijklmnop"]"#, #"["abcdefgh\"ijklmnop"]"#),
        (#"{"a":{"a":{"a":null}},"b":[[],{}]}"#, #"{"a":{"a":{"a":null}},"b":[[],{}]}"#),
        (#"[1e0,1e00,1E-00]"#, "[1e0,1e00,1E-00]"),
        (#"["<F0><90><80><80>"]"#, #"["<F0><90><80><80>"]"#),
        (#"["<DF><BF><E0><A0><80>"]"#, #"["<DF><BF><E0><A0><80>"]"#),
    ]
    @Test(arguments: valid) func `reads every JSON text`(text: String, shortest: String) throws {
        let value = try parseJSON(bytes(ofNotation: text))
        #expect(value.compactBytes == bytes(ofNotation: shortest))
        // What was written reads back as the same, in either layout.
        #expect(try parseJSON(value.compactBytes) == value)
        #expect(try parseJSON(value.prettyText) == value)
    }

    /// What RFC 8259 leaves to the reader and we read: numbers beyond every machine type keep their text.
    static let leftOpen: [(String, String)] = [
        (#"[123.456e-789]"#, "[123.456e-789]"),
        (
            #"[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]"#,
            "[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999969999999006]"
        ),
        (#"[-1e+9999]"#, "[-1e+9999]"),
        (#"[1.5e+9999]"#, "[1.5e+9999]"),
        (#"[-123123e100000]"#, "[-123123e100000]"),
        (#"[123123e100000]"#, "[123123e100000]"),
        (#"[123e-10000000]"#, "[123e-10000000]"),
        (#"[-123123123123123123123123123123]"#, "[-123123123123123123123123123123]"),
        (#"[100000000000000000000]"#, "[100000000000000000000]"),
        (
            #"[-237462374673276894279832749832423479823246327846]"#,
            "[-237462374673276894279832749832423479823246327846]"
        ),
    ]
    @Test(arguments: leftOpen) func `reads numbers of any size`(text: String, shortest: String) throws {
        #expect(try parseJSON(bytes(ofNotation: text)).compactBytes == bytes(ofNotation: shortest))
    }
}

/// The bytes of a text in which `<0A>` stands for the byte 0A.
func bytes(ofNotation text: String) -> [UInt8] {
    let text = Array(text.utf8)
    func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        default: nil
        }
    }
    var bytes: [UInt8] = []
    var position = 0
    while position < text.count {
        if text[position] == UInt8(ascii: "<"), position + 3 < text.count, text[position + 3] == UInt8(ascii: ">"),
            let high = digit(text[position + 1]), let low = digit(text[position + 2])
        {
            bytes.append(high << 4 | low)
            position += 4
        } else {
            bytes.append(text[position])
            position += 1
        }
    }
    return bytes
}
