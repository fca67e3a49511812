import JSON
import Testing

/// Which items of the table `Pairs` a query or scan finds, by their sort keys in order.
struct QueryTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var operation = "Query"
        /// Without the table's name.
        var request: String
        var found: [Int]

        init(_ name: String, _ request: String, _ found: [Int]) {
            (testDescription, self.request, self.found) = (name, request, found)
        }

        /// By a condition on the key of partition `p`.
        static func key(_ condition: String, _ values: String, _ found: [Int]) -> Row {
            Row(
                "sk: \(condition) \(values)",
                #""KeyConditionExpression": "pk = :p AND \#(condition)", "ExpressionAttributeValues": {":p": {"S": "p"}, \#(values)}"#,
                found)
        }

        /// By the older condition on the sort key.
        static func older(_ comparison: String, _ values: String, _ found: [Int]) -> Row {
            Row(
                "older \(comparison) \(values)",
                #"""
                "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]},
                 "sk": {"ComparisonOperator": "\#(comparison)", "AttributeValueList": [\#(values)]}}
                """#, found)
        }

        static func filter(_ comparison: String, _ values: String, on attribute: String = "note", _ found: [Int]) -> Row
        {
            Row(
                "older filter \(attribute) \(comparison) \(values)",
                #"""
                "KeyConditions": {"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "p"}]}},
                 "QueryFilter": {"\#(attribute)": {"ComparisonOperator": "\#(comparison)", "AttributeValueList": [\#(values)]}}
                """#, found)
        }
    }

    static let all = Array(1...9)
    static let partition = #""KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}"#
    static let team = #""KeyConditionExpression": "team = :t", "ExpressionAttributeValues": {":t": {"S": "even"}}"#

    static let keys = [
        Row("whole partition", partition, all),
        Row("backward", partition + #", "ScanIndexForward": false"#, all.reversed()),
        Row("limited", partition + #", "Limit": 3"#, [1, 2, 3]),
        Row("limited backward", partition + #", "Limit": 2, "ScanIndexForward": false"#, [9, 8]),
        Row(
            "no such partition",
            #""KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "?"}}"#, []),
        Row("from a key on", partition + #", "ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"N": "7"}}"#, [8, 9]),
        Row(
            "from a key back",
            partition + #", "ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"N": "3"}}, "ScanIndexForward": false"#,
            [2, 1]),
        Row(
            "from a key that is not there",
            partition + #", "ExclusiveStartKey": {"pk": {"S": "p"}, "sk": {"N": "7.5"}}"#, [8, 9]),
        .key("sk = :v", #"":v": {"N": "4"}"#, [4]), .key("sk = :v", #"":v": {"N": "4.0"}"#, [4]),
        .key("sk < :v", #"":v": {"N": "3"}"#, [1, 2]), .key("sk <= :v", #"":v": {"N": "3"}"#, [1, 2, 3]),
        .key("sk > :v", #"":v": {"N": "7"}"#, [8, 9]), .key("sk >= :v", #"":v": {"N": "7"}"#, [7, 8, 9]),
        .key("sk BETWEEN :v AND :w", #"":v": {"N": "3"}, ":w": {"N": "5"}"#, [3, 4, 5]),
        .key("sk BETWEEN :v AND :w", #"":v": {"N": "3.5"}, ":w": {"N": "3.6"}"#, []),
        .key("sk < :v", #"":v": {"N": "-1E+125"}"#, []),
        .key(":v < sk", #"":v": {"N": "7"}"#, [8, 9]), .key("(sk > :v)", #"":v": {"N": "7"}"#, [8, 9]),
        .older("EQ", #"{"N": "4"}"#, [4]), .older("LT", #"{"N": "3"}"#, [1, 2]), .older("LE", #"{"N": "2"}"#, [1, 2]),
        .older("GT", #"{"N": "8"}"#, [9]), .older("GE", #"{"N": "8"}"#, [8, 9]),
        .older("BETWEEN", #"{"N": "2"}, {"N": "3"}"#, [2, 3]),
    ]

    static let filters = [
        Row(
            "filter",
            #""KeyConditionExpression": "pk = :p", "FilterExpression": "more > :m", "ExpressionAttributeValues": {":p": {"S": "p"}, ":m": {"N": "6"}}"#,
            [7, 8, 9]),
        Row(
            "limit before filter",
            #""KeyConditionExpression": "pk = :p", "FilterExpression": "more > :m", "Limit": 7, "ExpressionAttributeValues": {":p": {"S": "p"}, ":m": {"N": "6"}}"#,
            [7]),
        .filter("EQ", #"{"S": "n4"}"#, [4]), .filter("NE", #"{"S": "n4"}"#, [1, 2, 3, 5, 6, 7, 8, 9]),
        .filter("IN", #"{"S": "n4"}, {"S": "n5"}"#, [4, 5]), .filter("LT", #"{"S": "n3"}"#, [1, 2]),
        .filter("LE", #"{"S": "n3"}"#, [1, 2, 3]), .filter("GT", #"{"S": "n8"}"#, [9]),
        .filter("GE", #"{"S": "n8"}"#, [8, 9]),
        .filter("BETWEEN", #"{"S": "n2"}, {"S": "n3"}"#, [2, 3]), .filter("BEGINS_WITH", #"{"S": "n"}"#, all),
        .filter("CONTAINS", #"{"S": "9"}"#, [9]), .filter("NOT_CONTAINS", #"{"S": "n"}"#, []), .filter("NULL", "", []),
        .filter("NOT_NULL", "", all), .filter("NULL", "", on: "absent", all), .filter("NOT_NULL", "", on: "absent", []),
        .filter("EQ", #"{"N": "4"}"#, []), .filter("NE", #"{"N": "4"}"#, on: "absent", all),
        .filter("NOT_CONTAINS", #"{"S": "n"}"#, on: "absent", []), .filter("NOT_CONTAINS", #"{"N": "1"}"#, all),
    ]

    static let indexes = [
        Row("global index", #""IndexName": "byTeam", \#(team)"#, [2, 4, 6, 8]),
        Row("global index backward", #""IndexName": "byTeam", "ScanIndexForward": false, \#(team)"#, [8, 6, 4, 2]),
        Row(
            "global index and sort key",
            ##""IndexName": "byTeam", "KeyConditionExpression": "team = :t AND #r > :r", "ExpressionAttributeNames": {"#r": "rank"}, "ExpressionAttributeValues": {":t": {"S": "odd"}, ":r": {"N": "30"}}"##,
            [5, 7, 9]),
        Row("global index without sort key", #""IndexName": "teamKeys", \#(team)"#, [2, 4, 6, 8]),
        Row(
            "local index",
            #""IndexName": "byText", \#(partition)"#, all.reversed()),
        Row(
            "local index and sort key",
            ##""IndexName": "byText", "KeyConditionExpression": "pk = :p AND begins_with(#t, :t)", "ExpressionAttributeNames": {"#t": "text"}, "ExpressionAttributeValues": {":p": {"S": "p"}, ":t": {"S": "t3"}}"##,
            [7]),
        Row(
            "local index consistently", #""IndexName": "byText", "ConsistentRead": true, "Limit": 1, \#(partition)"#,
            [9]),
    ]

    @Test(arguments: keys + filters + indexes) func `finds`(row: Row) throws {
        let body = try Fixture.shared.get().expect("Query", #"{"TableName": "Pairs", \#(row.request)}"#)
        let found = body["Items"]?.array?.compactMap { $0["sk"]?["N"]?.string }.compactMap { Int($0) }
        // Entries of one key in an index without a sort key lie in no order.
        #expect(row.testDescription.hasSuffix("without sort key") ? found?.sorted() == row.found : found == row.found)
        #expect(body["Count"]?.int == row.found.count)
    }

    /// What of an item is shown, of the one with sort key 2.
    static let shown = [
        ("teamKeys", "", ["pk", "sk", "team"]), ("teamSome", "", ["note", "pk", "sk", "team"]),
        ("byTeam", "", ["more", "note", "pk", "rank", "sk", "team", "text"]),
        ("byTeam", #", "ProjectionExpression": "sk, note""#, ["note", "sk"]), ("byTeam", #", "Select": "COUNT""#, []),
        ("teamSome", #", "Select": "ALL_PROJECTED_ATTRIBUTES""#, ["note", "pk", "sk", "team"]),
        ("byTeam", #", "Select": "SPECIFIC_ATTRIBUTES", "ProjectionExpression": "sk""#, ["sk"]),
    ]

    @Test(arguments: shown) func `shows`(index: String, request: String, names: [String]) throws {
        let body = try Fixture.shared.get().expect(
            "Query", #"{"TableName": "Pairs", "IndexName": "\#(index)", \#(Self.team)\#(request)}"#)
        let item = body["Items"]?.array?.first { names.isEmpty || $0["sk"]?["N"] == "2" || names == ["sk"] }
        #expect((item?.object?.keys.sorted() ?? []) == names)
        #expect(body["Count"] == 4)
    }

    @Test(arguments: [1, 2, 3, 4, 9, 10]) func `pages through a partition`(limit: Int) throws {
        let service = try Fixture.shared.get()
        var (found, start) = ([String](), "")
        repeat {
            let body = try service.expect(
                "Query", #"{"TableName": "Pairs", "Limit": \#(limit), \#(Self.partition)\#(start)}"#)
            found += body["Items"]?.array?.compactMap { $0["sk"]?["N"]?.string } ?? []
            guard let last = body["LastEvaluatedKey"] else { break }
            start = #", "ExclusiveStartKey": \#(last.compactText)"#
        } while found.count < 20
        #expect(found == Self.all.map { String($0) })
    }

    @Test(arguments: [1, 2, 3, 7]) func `scans in segments`(count: Int) throws {
        let service = try Fixture.shared.get()
        var found: [String] = []
        for segment in 0..<count {
            let body = try service.expect(
                "Scan", #"{"TableName": "Things", "Segment": \#(segment), "TotalSegments": \#(count)}"#)
            found += body["Items"]?.array?.compactMap { $0["pk"]?["S"]?.string } ?? []
        }
        #expect(found.sorted() == ["a", "b", "rich"])
    }
}
