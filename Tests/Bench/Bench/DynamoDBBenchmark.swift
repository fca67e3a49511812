import Glibc

/// Single operations on the DynamoDB endpoint.
struct DynamoDBBenchmark {
    let load: LoadGenerator
    let pid: pid_t
    /// Requests per measurement.
    let count: Int
    /// More headers for every request, each ended by CRLF.
    var headers = ""

    static let table = "Bench"
    /// Items that reads choose from.
    static let itemCount = 1_000

    func run(connections: [Int]) throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "DynamoDB endpoint, items of 1 KB, \(count) requests each",
            columns: ["operation", "connections", "per second", "p50 µs", "p99 µs", "CPU µs each"])
        try createTable()
        for operation in operations {
            for connections in connections {
                let before = ProcessFigures.processorSeconds(of: pid)
                let result = try measure(operation, count: count, connections: connections)
                let processor = (ProcessFigures.processorSeconds(of: pid) - before) / Double(count) * 1e6
                table.add([
                    operation.name, String(connections), figure(result.perSecond),
                    figure(result.microseconds(at: 0.5)), figure(result.microseconds(at: 0.99)), figure(processor),
                ])
            }
        }
        return table
    }

    struct Operation {
        var name: String
        var request: (Int) -> [UInt8]
    }

    func measure(
        _ operation: Operation, count: Int, connections: Int
    ) throws(LoadGenerator.Failure) -> LoadGenerator.Result {
        try load.run(count: count, connections: connections, request: operation.request) { status, _ in status == 200 }
    }

    /// The table, with all items that reads choose from.
    func createTable() throws(LoadGenerator.Failure) {
        let attributes = #"[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"}]"#
        let keys = #"[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]"#
        let create = request(
            "CreateTable",
            #"{"TableName":"\#(Self.table)","AttributeDefinitions":\#(attributes),"KeySchema":\#(keys),"#
                + #""BillingMode":"PAY_PER_REQUEST"}"#)
        _ = try measure(Operation(name: "CreateTable") { _ in create }, count: 1, connections: 1)
        _ = try measure(Operation(name: "PutItem", request: put), count: Self.itemCount, connections: 8)
    }

    private func request(_ operation: String, _ body: String) -> [UInt8] {
        HTTPRequests.dynamoDB(operation, body, headers: headers)
    }

    private func key(_ index: Int) -> String {
        // 25 sort keys to a partition, so that a query finds 25 items.
        let item = index % Self.itemCount
        return #""pk":{"S":"P\#(item / 25)"},"sk":{"S":"S\#(item % 25)"}"#
    }

    private static let filler = String(repeating: "x", count: 900)

    private func item(_ index: Int) -> String {
        #"{\#(key(index)),"count":{"N":"\#(index)"},"open":{"BOOL":true},"text":{"S":"\#(Self.filler)"}}"#
    }

    private func put(_ index: Int) -> [UInt8] {
        request("PutItem", #"{"TableName":"\#(Self.table)","Item":\#(item(index))}"#)
    }

    var operations: [Operation] {
        let update =
            #""UpdateExpression":"SET seen = if_not_exists(seen, :zero) + :one","#
            + #""ConditionExpression":"attribute_exists(pk)","#
            + #""ExpressionAttributeValues":{":zero":{"N":"0"},":one":{"N":"1"}}"#
        return [
            Operation(name: "PutItem", request: put),
            Operation(name: "GetItem") { index in
                request("GetItem", #"{"TableName":"\#(Self.table)","Key":{\#(key(index))}}"#)
            },
            Operation(name: "UpdateItem, conditional") { index in
                request(
                    "UpdateItem", #"{"TableName":"\#(Self.table)","Key":{\#(key(index))},\#(update)}"#)
            },
            Operation(name: "TransactWriteItems, 2") { index in
                let writes = [index * 2, index * 2 + 1].map {
                    #"{"Update":{"TableName":"\#(Self.table)","Key":{\#(key($0))},\#(update)}}"#
                }
                return request(
                    "TransactWriteItems", #"{"TransactItems":[\#(writes.joined(separator: ","))]}"#)
            },
            Operation(name: "BatchWriteItem, 25") { index in
                let puts = (0..<25).map { #"{"PutRequest":{"Item":\#(item(index * 25 + $0))}}"# }
                return request(
                    "BatchWriteItem", #"{"RequestItems":{"\#(Self.table)":[\#(puts.joined(separator: ","))]}}"#)
            },
            Operation(name: "Query, 25") { index in
                request(
                    "Query",
                    #"{"TableName":"\#(Self.table)","KeyConditionExpression":"pk = :pk","#
                        + #""ExpressionAttributeValues":{":pk":{"S":"P\#(index % (Self.itemCount / 25))"}}}"#)
            },
        ]
    }
}
