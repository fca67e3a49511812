import JSON
import Testing

/// Texts that look alike and differ in their bytes are different names, members and keys.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "Naming rules and data types": strings are compared by the bytes of
///   their UTF-8 encoding.
struct UnicodeTests {
    /// One code point, and the letter with its accent.
    static let one = "\u{E9}"
    static let two = "e\u{301}"

    /// An item with both names, at the top and in a map, and a set with both members.
    private static func stored() throws -> TestService {
        let service = try TestService.withTables()
        try service.put(
            #"{"pk": "u", "\#(one)": 1, "\#(two)": 2, "m": {"\#(one)": 3, "\#(two)": 4}, "s": {"$ss": ["\#(one)", "\#(two)"]}}"#
        )
        return service
    }

    /// The numbers under both names at the top and in the map, then the members of the set; nil for what is not there.
    private static func shown(_ item: JSONValue?) -> [Int?] {
        func number(_ value: JSONValue?, _ name: String) -> Int? {
            value?.object?.first { Array($0.key.utf8) == Array(name.utf8) }?.value.int
        }
        return [
            number(item, one), number(item, two), number(item?["m"], one), number(item?["m"], two),
            item?["s"]?["$ss"]?.array?.count,
        ]
    }

    @Test func `keeps names that look alike apart`() throws {
        let service = try Self.stored()
        #expect(Self.shown(try service.item(#"{"pk": "u"}"#)) == [1, 2, 3, 4, 2])
        let scanned = try service.expect("Scan", #"{"TableName": "Things"}"#)["Items"]?.array?.first.map(plain)
        #expect(Self.shown(scanned) == [1, 2, 3, 4, 2])
    }

    static let updates: [(expression: String, name: String, after: [Int?])] = [
        ("SET #n = :v", one, [9, 2, 3, 4, 2]), ("SET #n = :v", two, [1, 9, 3, 4, 2]),
        ("SET m.#n = :v", one, [1, 2, 9, 4, 2]), ("SET m.#n = :v", two, [1, 2, 3, 9, 2]),
        ("ADD #n :v", one, [10, 2, 3, 4, 2]), ("ADD #n :v", two, [1, 11, 3, 4, 2]),
        ("REMOVE #n", one, [nil, 2, 3, 4, 2]), ("REMOVE #n", two, [1, nil, 3, 4, 2]),
        ("REMOVE m.#n", one, [1, 2, nil, 4, 2]), ("REMOVE m.#n", two, [1, 2, 3, nil, 2]),
    ]
    /// Both names in turn through one text, so that a cached expression is not taken for the other's.
    @Test func `updates the one that is named`() throws {
        let service = try Self.stored()
        for (expression, name, after) in Self.updates {
            try service.put(
                #"{"pk": "u", "\#(Self.one)": 1, "\#(Self.two)": 2, "m": {"\#(Self.one)": 3, "\#(Self.two)": 4}, "s": {"$ss": ["\#(Self.one)", "\#(Self.two)"]}}"#
            )
            let values = expression.contains(":v") ? ##", "ExpressionAttributeValues": {":v": {"N": "9"}}"## : ""
            try service.expect(
                "UpdateItem",
                ##"{"TableName": "Things", "Key": {"pk": {"S": "u"}}, "UpdateExpression": "\##(expression)", "ExpressionAttributeNames": {"#n": "\##(name)"}\##(values)}"##
            )
            #expect(Self.shown(try service.item(#"{"pk": "u"}"#)) == after, "\(expression) \(Array(name.utf8))")
        }
    }

    @Test func `both may be written at once`() throws {
        let service = try Self.stored()
        try service.expect(
            "UpdateItem",
            ##"{"TableName": "Things", "Key": {"pk": {"S": "u"}}, "UpdateExpression": "SET #a = :v, #b = :w REMOVE m.#a", "ExpressionAttributeNames": {"#a": "\##(Self.one)", "#b": "\##(Self.two)"}, "ExpressionAttributeValues": {":v": {"N": "7"}, ":w": {"N": "8"}}}"##
        )
        #expect(Self.shown(try service.item(#"{"pk": "u"}"#)) == [7, 8, nil, 4, 2])
    }

    @Test func `shows the one that is asked for`() throws {
        let service = try Self.stored()
        for (name, numbers) in [(Self.one, [1, nil, nil, nil, nil]), (Self.two, [nil, 2, nil, nil, nil])]
            as [(_, [Int?])]
        {
            let item = try service.expect(
                "GetItem",
                ##"{"TableName": "Things", "Key": {"pk": {"S": "u"}}, "ProjectionExpression": "#n", "ExpressionAttributeNames": {"#n": "\##(name)"}}"##
            )["Item"].map(plain)
            #expect(Self.shown(item) == numbers)
        }
        let both = try service.expect(
            "GetItem",
            ##"{"TableName": "Things", "Key": {"pk": {"S": "u"}}, "ProjectionExpression": "#a, #b, m.#b", "ExpressionAttributeNames": {"#a": "\##(Self.one)", "#b": "\##(Self.two)"}}"##
        )["Item"].map(plain)
        #expect(Self.shown(both) == [1, 2, nil, 4, nil])
    }

    @Test func `members of sets go one at a time`() throws {
        let service = try Self.stored()
        for (expression, left) in [("DELETE", [Self.two]), ("ADD", [Self.two, Self.one])] {
            try service.expect(
                "UpdateItem",
                #"{"TableName": "Things", "Key": {"pk": {"S": "u"}}, "UpdateExpression": "\#(expression) s :s", "ExpressionAttributeValues": {":s": {"SS": ["\#(Self.one)"]}}}"#
            )
            let set = try service.item(#"{"pk": "u"}"#)?["s"]?["$ss"]?.array?.compactMap(\.string).map {
                Array($0.utf8)
            }
            #expect(set == left.map { Array($0.utf8) })
        }
    }

    @Test func `keys are two`() throws {
        let service = try TestService.withTables()
        let keys = [Self.one, Self.two].map { #"{"pk": {"S": "\#($0)"}}"# }
        let puts = keys.map { #"{"PutRequest": {"Item": \#($0)}}"# }.joined(separator: ",")
        try service.expect("BatchWriteItem", #"{"RequestItems": {"Things": [\#(puts)]}}"#)
        let read = try service.expect(
            "BatchGetItem", #"{"RequestItems": {"Things": {"Keys": [\#(keys.joined(separator: ","))]}}}"#)
        #expect(read["Responses"]?["Things"]?.array?.count == 2)
        let gets = keys.map { #"{"Get": {"TableName": "Things", "Key": \#($0)}}"# }.joined(separator: ",")
        try service.expect("TransactGetItems", #"{"TransactItems": [\#(gets)]}"#)
        let deletions = keys.map { #"{"Delete": {"TableName": "Things", "Key": \#($0)}}"# }.joined(separator: ",")
        try service.expect("TransactWriteItems", #"{"TransactItems": [\#(deletions)]}"#)
        #expect(try service.expect("Scan", #"{"TableName": "Things"}"#)["Count"] == 0)
    }
}
