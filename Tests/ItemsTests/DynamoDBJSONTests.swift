import Items
import JSON
import Testing

struct DynamoDBJSONTests {
    /// One item with every type.
    static let item: Item = [
        "pk": "VOTING#1", "title": .string("Tea \"or\" maté?\n"), "count": .number(-12), "flag": true, "gone": .null,
        "photo": .binary([0, 255, 16]), "tags": .stringSet(["b", "a"]),
        "sizes": .numberSet([ItemNumber(1), ItemNumber(20)]), "blobs": .binarySet([[], [1]]),
        "options": .list([.map(["id": "tea", "votes": 3]), .list([]), .map([:])]),
    ]
    static let text =
        #"{"blobs":{"BS":["","AQ=="]},"count":{"N":"-12"},"flag":{"BOOL":true},"gone":{"NULL":true},"#
        + #""options":{"L":[{"M":{"id":{"S":"tea"},"votes":{"N":"3"}}},{"L":[]},{"M":{}}]},"photo":{"B":"AP8Q"},"#
        + #""pk":{"S":"VOTING#1"},"sizes":{"NS":["1","20"]},"tags":{"SS":["b","a"]},"#
        + #""title":{"S":"Tea \"or\" maté?\n"}}"#

    @Test func `writes every type in the order of names`() {
        #expect(Self.item.dynamoDBJSON.compactText == Self.text)
    }

    @Test func `writes the same text directly`() {
        var bytes: [UInt8] = []
        Self.item.writeDynamoDBJSON(into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == Self.text)
    }

    @Test func `reads what it writes`() throws {
        #expect(try Item(dynamoDBJSON: parseJSON(Self.text)) == Self.item)
    }

    @Test func `keeps all digits of a number`() throws {
        let digits = "1234567890.1234567890123456789012345678"
        let value = try AttributeValue(dynamoDBJSON: ["N": .string(digits)])
        #expect(value.dynamoDBJSON == ["N": .string(digits)])
    }

    static let refusals: [(JSONValue, String)] = [
        ("text", "found a string where an attribute value such as {\"S\": \"text\"} is expected"),
        ([], "found an array where an attribute value such as {\"S\": \"text\"} is expected"),
        ([:], "found {} where an attribute value such as {\"S\": \"text\"} is expected"),
        (["S": "a", "N": "1"], "an attribute value has exactly one type, not S and N"),
        (["X": "a"], "\"X\" is no attribute type; the types are S, N, B, BOOL, NULL, L, M, SS, NS and BS"),
        (["s": "a"], "\"s\" is no attribute type; the types are S, N, B, BOOL, NULL, L, M, SS, NS and BS"),
        (["S": 1], "S: the value of S must be a string"),
        (["N": 1], "N: the value of N must be a number in quotes"),
        (["N": "one"], "N: \"one\" is not a decimal number"),
        (["N": "1E126"], "N: the number \"1E126\" is greater than 9.99E+125 in magnitude"),
        (["N": "1E-131"], "N: the number \"1E-131\" is less than 1E-130 in magnitude"),
        (
            ["N": "123456789012345678901234567890123456789"],
            "N: the number \"123456789012345678901234567890123456789\" has more than 38 significant digits"
        ),
        (["B": 1], "B: the value of B must be a base64 string"),
        (["B": "AP8"], "B: the text is not base64 with its padding"),
        (["BOOL": "true"], "BOOL: the value of BOOL must be true or false"),
        (["NULL": false], "NULL: the value of NULL must be true"),
        (["L": [:]], "L: the value of L must be an array"),
        (["M": []], "M: the value of M must be an object"),
        (["SS": []], "SS: a set of type SS may not be empty"),
        (["NS": ["1", "1.0"]], "NS: a set of type NS may not hold the same element twice"),
        (["SS": ["a", "a"]], "SS: a set of type SS may not hold the same element twice"),
        (["BS": ["AQ==", "AQ=="]], "BS: a set of type BS may not hold the same element twice"),
        (["SS": ["a", 1]], "SS[1]: the value of SS must be a string"),
        (["NS": ["x"]], "NS[0]: \"x\" is not a decimal number"),
        (["BS": ["!"]], "BS[0]: the text is not base64 with its padding"),
        (["L": [["S": "a"], ["M": ["b": ["N": "x"]]]]], "L[1].M.b.N: \"x\" is not a decimal number"),
    ]
    @Test(arguments: refusals) func `says where and what is wrong`(value: JSONValue, reason: String) {
        let error = #expect(throws: DynamoDBJSONError.self) { try AttributeValue(dynamoDBJSON: value) }
        #expect(error?.description == reason)
    }

    @Test func `names the attribute of an item`() {
        let error = #expect(throws: DynamoDBJSONError.self) {
            try Item(dynamoDBJSON: ["a": ["S": "x"], "b": ["N": ""]])
        }
        #expect(error?.description == "b.N: \"\" is not a decimal number")
        let whole = #expect(throws: DynamoDBJSONError.self) { try Item(dynamoDBJSON: 1) }
        #expect(whole?.reason == .noObject("a number"))
    }

    @Test func `tells strings of a set apart by their bytes`() throws {
        let value = try AttributeValue(dynamoDBJSON: ["SS": ["e\u{301}", "\u{e9}"]])
        #expect(value.dynamoDBJSON["SS"]?.array?.count == 2)
    }
}

struct Base64Tests {
    /// The test vectors of RFC 4648, section 10, and the last letters of the alphabet.
    static let vectors: [(String, String)] = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("~~~???", "fn5+Pz8/"),
    ]
    @Test(arguments: vectors) func `writes and reads`(plain: String, text: String) {
        #expect(Base64.text(of: Array(plain.utf8)) == text)
        #expect(Base64.bytes(of: text) == Array(plain.utf8))
    }

    @Test func `reads back bytes of every length`() {
        var chance = SeededGenerator(seed: 1)
        for count in 0..<100 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &chance) }
            #expect(Base64.bytes(of: Base64.text(of: bytes)) == bytes)
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg===", "====", "Z===", "=Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Zm 8", "Zm8-", "Zm8_", "Zm8\n",
        "Zmé=",
    ])
    func `refuses what it would not write`(text: String) { #expect(Base64.bytes(of: text) == nil) }
}
