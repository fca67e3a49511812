import DynamoDBAPI
import ItemDB
import Items
import JSON
import Synchronization
import Testing
import Time

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_700_000_000_000)
    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    func advance(seconds: Int) { milliseconds.withLock { $0 += Int64(seconds) * 1_000 } }
}

/// An answer as a client sees it.
struct Answer: Equatable, CustomStringConvertible {
    var status: Int
    var body: JSONValue

    /// What follows the `#` of an error's type; empty for a success.
    var errorType: String { body["__type"]?.string?.split(separator: "#").last.map { String($0) } ?? "" }
    var message: String { body["message"]?.string ?? body["Message"]?.string ?? "" }
    var description: String { "\(status) \(body.compactText)" }
}

/// DynamoDB over a database of its own that goes away with it.
final class TestService: Sendable {
    let clock = TestClock()
    let database: ItemDatabase
    let service: DynamoDBService

    /// - Parameter path: of the file to keep it in; nil for one that goes away.
    init(path: String? = nil) throws {
        let clock = clock
        let options = DatabaseOptions(clock: { clock.now })
        database = try path.map { try ItemDatabase.open($0, options: options) } ?? .temporary(options: options)
        service = DynamoDBService(database: database, clock: { clock.now })
    }

    /// With the tables of ``Fixture``.
    static func withTables() throws -> TestService {
        let service = try TestService()
        for table in Fixture.tables { try service.expect("CreateTable", table) }
        return service
    }

    func send(_ target: String, bytes: [UInt8], encoding: String? = nil) -> Answer {
        let awaited = Awaited<DynamoDBResponse>()
        service.handle(target: target, body: bytes, encoding: encoding) { awaited.fulfil($0) }
        let response = awaited.wait()
        return Answer(status: response.status, body: (try? parseJSON(response.body)) ?? .null)
    }

    func call(_ operation: String, _ request: String) -> Answer {
        let isOfStreams = ["ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"].contains(operation)
        let prefix = isOfStreams ? "DynamoDBStreams_20120810." : "DynamoDB_20120810."
        return send(prefix + operation, bytes: Array(request.utf8))
    }

    /// The body of a success.
    @discardableResult
    func expect(_ operation: String, _ request: String, at location: SourceLocation = #_sourceLocation) throws
        -> JSONValue
    {
        let answer = call(operation, request)
        try #require(answer.status == 200, "\(operation) \(request): \(answer)", sourceLocation: location)
        return answer.body
    }

    func put(_ item: String, in table: String = "Things") throws {
        try expect("PutItem", #"{"TableName": "\#(table)", "Item": \#(try dynamo(item))}"#)
    }

    /// The item in the short form; nil if there is none.
    func item(_ key: String, in table: String = "Things") throws -> JSONValue? {
        try expect("GetItem", #"{"TableName": "\#(table)", "Key": \#(try dynamo(key))}"#)["Item"].map(plain)
    }
}

enum Fixture {
    static let tables = [
        #"""
        {"TableName": "Things", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
        """#,
        #"""
        {"TableName": "Blobs", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "B"}],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
        """#,
        #"""
        {"TableName": "Pairs", "BillingMode": "PAY_PER_REQUEST",
         "AttributeDefinitions": [
           {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"},
           {"AttributeName": "text", "AttributeType": "S"}, {"AttributeName": "team", "AttributeType": "S"},
           {"AttributeName": "rank", "AttributeType": "N"}],
         "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
         "LocalSecondaryIndexes": [
           {"IndexName": "byText", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "text", "KeyType": "RANGE"}]}],
         "GlobalSecondaryIndexes": [
           {"IndexName": "byTeam", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}, {"AttributeName": "rank", "KeyType": "RANGE"}]},
           {"IndexName": "teamKeys", "Projection": {"ProjectionType": "KEYS_ONLY"},
            "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}]},
           {"IndexName": "teamSome", "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}]}]}
        """#,
    ]

    /// For rows that change nothing: refusals, and reads of what is there from the start.
    static let shared: Result<TestService, any Error> = Result {
        let service = try TestService.withTables()
        for item in [
            #"{"pk": "a", "n": 1, "s": "text"}"#, #"{"pk": "b", "l": [1, 2, 3], "m": {"x": {"y": "deep"}}}"#,
            #"{"pk": "rich", "n": 5, "s": "hello", "b": {"$b": "AQI="}, "t": true, "z": null, "l": [1, "two", [3]], "m": {"k": "v", "n": {"o": 7}}, "ss": {"$ss": ["x", "y"]}, "ns": {"$ns": ["1", "2"]}, "bs": {"$bs": ["AQ==", "Ag=="]}, "e": ""}"#,
        ] {
            try service.put(item)
        }
        for number in 1...9 {
            try service.put(
                #"{"pk": "p", "sk": \#(number), "text": "t\#(10 - number)", "team": "\#(number % 2 == 0 ? "even" : "odd")", "rank": \#(number * 10), "note": "n\#(number)", "more": \#(number)}"#,
                in: "Pairs")
        }
        try service.put(#"{"pk": "q", "sk": -1, "more": 0}"#, in: "Pairs")
        return service
    }
}

/// DynamoDB's JSON for the short form that the tables are written in: text, numbers, booleans, null, lists and maps as
/// they are in JSON, `{"$ss": […]}`, `{"$ns": […]}`, `{"$bs": […]}` and `{"$b": "…"}` for the rest.
func dynamo(_ members: String) throws -> String {
    let object = try #require(try parseJSON(members).object)
    return JSONValue.object(JSONObject(object.map { ($0.key, attribute($0.value)) })).compactText
}

func attribute(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string: return ["S": value]
    case .number(let number): return ["N": .string(number.text)]
    case .bool: return ["BOOL": value]
    case .null: return ["NULL": true]
    case .array(let elements): return ["L": .array(elements.map(attribute))]
    case .object(let members):
        if let (name, content) = members.onlyMember, name.hasPrefix("$") {
            return .object([name.dropFirst().uppercased(): content])
        }
        return ["M": .object(JSONObject(members.map { ($0.key, attribute($0.value)) }))]
    }
}

/// The short form of an item in DynamoDB's JSON.
func plain(_ item: JSONValue) -> JSONValue {
    .object(JSONObject((item.object ?? [:]).map { ($0.key, plainAttribute($0.value)) }))
}

private func plainAttribute(_ value: JSONValue) -> JSONValue {
    guard let (type, content) = value.object?.onlyMember else { return value }
    switch type {
    case "N": return content.string.flatMap { JSONNumber(text: $0) }.map { .number($0) } ?? content
    case "L": return .array((content.array ?? []).map(plainAttribute))
    case "M": return plain(content)
    case "NULL": return .null
    case "SS", "NS", "BS", "B": return .object(["$" + type.lowercased(): content])
    default: return content
    }
}

func json(_ text: String) throws -> JSONValue { try parseJSON(text) }
