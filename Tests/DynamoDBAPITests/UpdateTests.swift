import JSON
import Testing

/// What updates make of an item, over the wire.
struct UpdateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Without the key; nil if there is no item.
        var before: String?
        var expression: String
        var values: String
        /// Without the key; or the message.
        var after: String?
        var message: String?

        init(_ before: String?, _ expression: String, _ values: String = "{}", after: String) {
            testDescription = "\(expression) of \(before ?? "nothing")"
            (self.before, self.expression, self.values, self.after) = (before, expression, values, after)
        }

        init(_ before: String?, _ expression: String, _ values: String = "{}", fails message: String) {
            testDescription = "\(expression) of \(before ?? "nothing") fails"
            (self.before, self.expression, self.values, self.message) = (before, expression, values, message)
        }
    }

    static let pathInvalid = "The document path provided in the update expression is invalid for update"
    static let typeInvalid = "An operand in the update expression has an incorrect data type"
    static let absent = "The provided expression refers to an attribute that does not exist in the item"

    static let sets = [
        Row("{}", "SET a = :v", #"{":v": 1}"#, after: #"{"a": 1}"#),
        Row(nil, "SET a = :v", #"{":v": 1}"#, after: #"{"a": 1}"#),
        Row(#"{"a": 1}"#, "SET a = :v", #"{":v": "x"}"#, after: #"{"a": "x"}"#),
        Row(#"{"a": 1}"#, "SET b = a", after: #"{"a": 1, "b": 1}"#), Row("{}", "SET b = a", fails: absent),
        Row(#"{"a": 1, "b": 2}"#, "SET a = b, b = a", after: #"{"a": 2, "b": 1}"#),
        Row(#"{"a": 1}"#, "SET a = a + :v", #"{":v": 2}"#, after: #"{"a": 3}"#),
        Row(#"{"a": 1}"#, "SET a = a - :v", #"{":v": 2}"#, after: #"{"a": -1}"#),
        Row(#"{"a": 0.1}"#, "SET a = a + :v", #"{":v": 0.2}"#, after: #"{"a": 0.3}"#),
        Row(#"{"a": 1}"#, "SET b = :v + a", #"{":v": 2}"#, after: #"{"a": 1, "b": 3}"#),
        Row(#"{"a": "x"}"#, "SET a = a + :v", #"{":v": 2}"#, fails: typeInvalid),
        Row("{}", "SET a = a + :v", #"{":v": 2}"#, fails: absent),
        Row(
            #"{"a": 9E+125}"#, "SET a = a + :v", #"{":v": 9E+125}"#,
            fails: "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        Row("{}", "SET a = if_not_exists(a, :v)", #"{":v": 1}"#, after: #"{"a": 1}"#),
        Row(#"{"a": 7}"#, "SET a = if_not_exists(a, :v)", #"{":v": 1}"#, after: #"{"a": 7}"#),
        Row("{}", "SET a = if_not_exists(a, :z) + :v", #"{":z": 0, ":v": 1}"#, after: #"{"a": 1}"#),
        Row(#"{"b": 3}"#, "SET a = if_not_exists(a, b)", after: #"{"a": 3, "b": 3}"#),
        Row(#"{"l": [1]}"#, "SET l = list_append(l, :v)", #"{":v": [2, 3]}"#, after: #"{"l": [1, 2, 3]}"#),
        Row(#"{"l": [1]}"#, "SET l = list_append(:v, l)", #"{":v": [0]}"#, after: #"{"l": [0, 1]}"#),
        Row("{}", "SET l = list_append(if_not_exists(l, :e), :v)", #"{":e": [], ":v": [1]}"#, after: #"{"l": [1]}"#),
        Row(#"{"l": "x"}"#, "SET l = list_append(l, :v)", #"{":v": [1]}"#, fails: typeInvalid),
        Row(#"{"m": {"x": 1}}"#, "SET m.y = :v", #"{":v": 2}"#, after: #"{"m": {"x": 1, "y": 2}}"#),
        Row(#"{"m": {}}"#, "SET m.y.z = :v", #"{":v": 2}"#, fails: pathInvalid),
        Row("{}", "SET m.y = :v", #"{":v": 2}"#, fails: pathInvalid),
        Row(nil, "SET m.y = :v", #"{":v": 2}"#, fails: pathInvalid),
        Row(#"{"l": [1, 2]}"#, "SET l[0] = :v", #"{":v": 9}"#, after: #"{"l": [9, 2]}"#),
        Row(#"{"l": [1, 2]}"#, "SET l[7] = :v", #"{":v": 9}"#, after: #"{"l": [1, 2, 9]}"#),
        Row(#"{"l": [1]}"#, "SET l[5] = :a, l[3] = :b", #"{":a": 5, ":b": 3}"#, after: #"{"l": [1, 3, 5]}"#),
        Row(#"{"l": [{"x": 1}]}"#, "SET l[0].x = :v", #"{":v": 2}"#, after: #"{"l": [{"x": 2}]}"#),
        Row(#"{"m": {"x": 1}}"#, "SET m[0] = :v", #"{":v": 2}"#, fails: pathInvalid),
        Row(#"{"l": [1]}"#, "SET l.x = :v", #"{":v": 2}"#, fails: pathInvalid),
        Row("{}", "SET a = :v", #"{":v": {"$ss": ["x"]}}"#, after: #"{"a": {"$ss": ["x"]}}"#),
        Row("{}", "SET a = :v", #"{":v": ""}"#, after: #"{"a": ""}"#),
        Row("{}", "SET a = :v", #"{":v": []}"#, after: #"{"a": []}"#),
    ]

    static let others = [
        Row(#"{"a": 1, "b": 2}"#, "REMOVE a", after: #"{"b": 2}"#),
        Row(#"{"a": 1}"#, "REMOVE absent", after: #"{"a": 1}"#),
        Row(#"{"m": {"x": 1, "y": 2}}"#, "REMOVE m.x", after: #"{"m": {"y": 2}}"#),
        Row(#"{"l": [0, 1, 2, 3]}"#, "REMOVE l[1], l[3]", after: #"{"l": [0, 2]}"#),
        Row(#"{"l": [0]}"#, "REMOVE l[4]", after: #"{"l": [0]}"#), Row("{}", "REMOVE m.x", fails: pathInvalid),
        Row(#"{"a": 1}"#, "ADD a :v", #"{":v": 4}"#, after: #"{"a": 5}"#),
        Row("{}", "ADD a :v", #"{":v": 4}"#, after: #"{"a": 4}"#),
        Row(nil, "ADD a :v", #"{":v": -4}"#, after: #"{"a": -4}"#),
        Row(
            #"{"s": {"$ss": ["x"]}}"#, "ADD s :v", #"{":v": {"$ss": ["y", "x"]}}"#,
            after: #"{"s": {"$ss": ["x", "y"]}}"#),
        Row(
            #"{"s": {"$ns": ["1"]}}"#, "ADD s :v", #"{":v": {"$ns": ["1.0", "2"]}}"#,
            after: #"{"s": {"$ns": ["1", "2"]}}"#),
        Row(#"{"a": "x"}"#, "ADD a :v", #"{":v": 4}"#, fails: typeInvalid),
        Row(#"{"s": {"$ss": ["x"]}}"#, "ADD s :v", #"{":v": {"$ns": ["1"]}}"#, fails: typeInvalid),
        Row(
            #"{"s": {"$ss": ["x", "y"]}}"#, "DELETE s :v", #"{":v": {"$ss": ["x", "z"]}}"#,
            after: #"{"s": {"$ss": ["y"]}}"#),
        Row(#"{"s": {"$ss": ["x"]}}"#, "DELETE s :v", #"{":v": {"$ss": ["x"]}}"#, after: "{}"),
        Row("{}", "DELETE s :v", #"{":v": {"$ss": ["x"]}}"#, after: "{}"),
        Row(#"{"s": "x"}"#, "DELETE s :v", #"{":v": {"$ss": ["x"]}}"#, fails: typeInvalid),
        Row(
            #"{"a": 1, "b": 2, "s": {"$ss": ["x", "y"]}}"#, "SET c = :c REMOVE a ADD b :b DELETE s :s",
            #"{":c": 3, ":b": 1, ":s": {"$ss": ["x"]}}"#, after: #"{"b": 3, "c": 3, "s": {"$ss": ["y"]}}"#),
        Row(#"{"a": 1}"#, "REMOVE a SET b = a", after: #"{"b": 1}"#),
    ]

    @Test(arguments: sets + others) func `updates`(row: Row) throws {
        let service = try TestService.withTables()
        if let before = row.before {
            var item = try #require(try json(before).object)
            item["pk"] = "k"
            try service.put(JSONValue.object(item).compactText)
        }
        let values = row.values == "{}" ? "" : #", "ExpressionAttributeValues": \#(try dynamo(row.values))"#
        let answer = service.call(
            "UpdateItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "k"}}, "UpdateExpression": "\#(row.expression)"\#(values)}"#)
        #expect(answer.message == row.message ?? "")
        guard let after = row.after else { return }
        var expected = try #require(try json(after).object)
        expected["pk"] = "k"
        #expect(try service.item(#"{"pk": "k"}"#) == .object(expected))
    }
}
