import Expressions
import ItemDB
import Items
import JSON
import Testing

struct StoredItemTests {
    @Test(arguments: 0..<200) func `an item comes back as it was, and its JSON is the item's`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let item = Item(generator.attributes(generator.below(12)))
        let stored = StoredItem(item)
        #expect(stored.item == item)
        #expect(stored.sizeBytes == item.sizeBytes)
        for (name, value) in item.attributes { #expect(stored.value(name) == value) }
        #expect(stored.value("absent") == nil)
        var json: [UInt8] = []
        stored.writeDynamoDBJSON(into: &json)
        #expect(try Item(dynamoDBJSON: parseJSON(json)) == item)
        #expect(StoredItem(item) == stored)
    }

    static let rows: [(item: Item, json: String)] = [
        ([:], "{}"),
        (["b": 1, "a": "x"], #"{"a":{"S":"x"},"b":{"N":"1"}}"#),
        (["s": "\"\\\u{8}\u{c}\n\r\t\u{1}/é"], #"{"s":{"S":"\"\\\b\f\n\r\t\u0001/é"}}"#),
        (["n": -12, "m": .number(Int.min)], #"{"m":{"N":"-9223372036854775808"},"n":{"N":"-12"}}"#),
        (
            ["b": .binary([]), "c": .binary([1]), "d": .binary([1, 2]), "e": .binary([1, 2, 255])],
            #"{"b":{"B":""},"c":{"B":"AQ=="},"d":{"B":"AQI="},"e":{"B":"AQL/"}}"#
        ),
        (
            ["l": .list([.null, true, false, .list([]), .map([:])])],
            #"{"l":{"L":[{"NULL":true},{"BOOL":true},{"BOOL":false},{"L":[]},{"M":{}}]}}"#
        ),
        (["s": .stringSet(["b", "a"]), "t": .binarySet([[0]])], #"{"s":{"SS":["b","a"]},"t":{"BS":["AA=="]}}"#),
    ]
    @Test(arguments: rows) func `writes DynamoDB's JSON`(row: (item: Item, json: String)) {
        var json = Array("before".utf8)
        StoredItem(row.item).writeDynamoDBJSON(into: &json)
        #expect(String(decoding: json, as: UTF8.self) == "before" + row.json)
    }

    @Test(arguments: [
        "0", "0.5", "-0.001", "1e125", "9.9999999999999999999999999999999999999e125", "-1e-130", "123.456",
    ])
    func `writes a number's canonical text`(text: String) throws {
        let number = try ItemNumber(text)
        var json: [UInt8] = []
        StoredItem(["n": .number(number), "s": .numberSet([number])]).writeDynamoDBJSON(into: &json)
        let canonical = number.description
        #expect(String(decoding: json, as: UTF8.self) == #"{"n":{"N":"\#(canonical)"},"s":{"NS":["\#(canonical)"]}}"#)
    }

    /// The greatest item, and containers longer than one byte of length can say.
    @Test func `holds 400 KB`() {
        let long = String(repeating: "é", count: 100_000)
        let item: Item = ["long": .string(long), "list": .list((0..<20_000).map { .number($0) })]
        #expect(StoredItem(item).item == item)
    }
}
