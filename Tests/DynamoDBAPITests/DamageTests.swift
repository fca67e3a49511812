import CSQLite
import DynamoDBAPI
import Glibc
import ItemDB
import JSON
import Testing

/// What clients are told of an item that was changed behind the database's back.
struct DamageTests {
    private static func execute(_ sql: String, in path: String) {
        var handle: OpaquePointer?
        sqlite3_open(path, &handle)
        #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
        sqlite3_close(handle)
    }

    static let reads = [
        ("GetItem", #""Key": {"pk": {"S": "bad"}}"#), ("Scan", #""Limit": 10"#),
        ("Query", #""KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {":p": {"S": "bad"}}"#),
        ("PutItem", #""Item": {"pk": {"S": "bad"}}"#), ("DeleteItem", #""Key": {"pk": {"S": "bad"}}"#),
    ]
    @Test(arguments: reads) func `names table and key`(operation: String, request: String) throws {
        var template = Array("/tmp/damage-test-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let path = directory + "/items.db"
        defer {
            for end in ["", "-wal", "-shm"] { unlink(path + end) }
            rmdir(directory)
        }
        do {
            let service = try TestService(path: path)
            try service.expect("CreateTable", Fixture.tables[0])
            for key in ["bad", "good"] { try service.put(#"{"pk": "\#(key)"}"#) }
            service.database.close()
        }
        Self.execute("UPDATE t1 SET v = x'0000000001' WHERE hex(k) LIKE '%626164'", in: path)
        let service = try TestService(path: path)
        defer { service.database.close() }
        let answer = service.call(operation, #"{"TableName": "Things", \#(request)}"#)
        #expect(answer.status == 500 && answer.errorType == "InternalServerError")
        #expect(
            answer.message.contains(#"table Things "#) && answer.message.contains(#"(pk = "bad": it is cut short)"#))
        #expect(try service.item(#"{"pk": "good"}"#) != nil)
    }
}
