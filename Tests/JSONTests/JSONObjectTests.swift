import JSON
import Testing

struct JSONObjectTests {
    @Test func `keeps the order and the last of repeated names`() throws {
        let object = try #require(parseJSON(#"{"b":1,"a":2,"b":3}"#).object)
        #expect(object.keys == ["b", "a"])
        #expect(object["b"] == 3)
        #expect(object.members.map(\.value) == [3, 2])
    }

    @Test func `is equal in any order`() {
        let (a, b): (JSONValue, JSONValue) = (["x": 1, "y": [2]], ["y": [2], "x": 1])
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a != ["x": 1])
        #expect(a != ["x": 1, "y": [3]])
        #expect(a != ["x": 1, "z": [2]])
    }

    @Test func `tells names and strings apart by their bytes`() {
        let (composed, decomposed) = ("\u{e9}", "e\u{301}")
        var object: JSONObject = [composed: 1]
        object[decomposed] = 2
        #expect(object.count == 2)
        #expect(object[composed] == 1)
        #expect(JSONValue.string(composed) != .string(decomposed))
    }

    /// Few members are searched in turn, many by a hash: both sides of the change must do the same.
    @Test(arguments: [0, 1, 2, 15, 16, 17, 18, 100]) func `sets, replaces and removes`(count: Int) throws {
        var object = JSONObject((0..<count).map { ("name \($0)", .number(JSONNumber($0))) })
        #expect(object.count == count)
        for index in 0..<count { #expect(object["name \(index)"]?.int == index) }
        #expect(object["name"] == nil)
        object["new"] = "x"
        #expect(object.keys.last == "new" && object.count == count + 1)
        for index in stride(from: 0, to: count, by: 2) { object["name \(index)"] = nil }
        for index in 0..<count { #expect(object["name \(index)"]?.int == (index % 2 == 0 ? nil : index)) }
        object["new"] = "y"
        object["absent"] = nil
        #expect(object["new"] == "y" && object.count == count / 2 + 1)
        #expect(try parseJSON(JSONValue.object(object).compactBytes) == .object(object))
    }

    @Test func `reads repeated names among many`() throws {
        let members = (0..<40).map { "\"n\($0 % 20)\":\($0)" }.joined(separator: ",")
        let object = try #require(parseJSON("{\(members)}").object)
        #expect(object.keys == (0..<20).map { "n\($0)" })
        #expect(object.members.map(\.value.int) == Array(20..<40))
    }

    @Test func `answers questions about its kind`() {
        let value: JSONValue = ["a": [1, "x", 2.5, true, nil]]
        #expect(value["a"]?[0]?.int == 1)
        #expect(value["a"]?[1]?.string == "x")
        #expect(value["a"]?[2]?.double == 2.5)
        #expect(value["a"]?[2]?.int == nil)
        #expect(value["a"]?[3]?.bool == true)
        #expect(value["a"]?[4]?.isNull == true)
        #expect(value["a"]?[5] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["b"] == nil)
        #expect(value[0] == nil)
        #expect(value["a"]?["b"] == nil)
    }
}
