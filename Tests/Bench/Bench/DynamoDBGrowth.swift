import Glibc

/// A table that grows, and what it costs to read one item of it beside one item of a table that stays small.
struct DynamoDBGrowth {
    let load: LoadGenerator
    let pid: pid_t
    /// Gets from each table per round; they are measured in turn, so that a change of the machine's speed meets both.
    let gets: Int
    let rounds: Int

    private static let batch = 25
    private static let smallItems = 1_000
    private static let filler = String(repeating: "x", count: 950)

    func run(sizes: [Int]) throws(LoadGenerator.Failure) -> ResultTable {
        var table = ResultTable(
            "DynamoDB alone, items of 1 KB: \(gets * rounds) gets from one connection, beside a table that stays small",
            columns: [
                "items", "resident MiB", "get p50 µs", "get p99 µs", "CPU µs each", "of \(Self.smallItems) items",
                "ratio",
            ])
        for name in ["Small", "Growth"] { try createTable(name) }
        try fill("Small", from: 0, to: Self.smallItems)
        var filled = 0
        for items in sizes where items > filled {
            try fill("Growth", from: filled, to: items)
            filled = items
            table.add(try row(items: items))
        }
        return table
    }

    private func send(_ count: Int, connections: Int, _ request: (Int) -> [UInt8]) throws(LoadGenerator.Failure) {
        _ = try load.run(count: count, connections: connections, request: request) { status, _ in status == 200 }
    }

    private func createTable(_ name: String) throws(LoadGenerator.Failure) {
        let create = HTTPRequests.dynamoDB(
            "CreateTable",
            #"{"TableName":"\#(name)","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
                + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#)
        try send(1, connections: 1) { _ in create }
    }

    /// Writes the items `first..<last`, both multiples of 25.
    private func fill(_ table: String, from first: Int, to last: Int) throws(LoadGenerator.Failure) {
        try send((last - first) / Self.batch, connections: 4) { index in
            let start = first + index * Self.batch
            let puts = (start..<start + Self.batch).map {
                #"{"PutRequest":{"Item":{"pk":{"S":"\#(Self.key($0))"},"text":{"S":"\#(Self.filler)"}}}}"#
            }
            return HTTPRequests.dynamoDB(
                "BatchWriteItem", #"{"RequestItems":{"\#(table)":[\#(puts.joined(separator: ","))]}}"#)
        }
    }

    private func row(items: Int) throws(LoadGenerator.Failure) -> [String] {
        var latencies: [UInt64] = []
        var (large, small): ([Double], [Double]) = ([], [])
        for round in 0..<rounds {
            let result = try get("Growth", items: items, round: round)
            latencies += result.latencies
            large.append(result.microseconds)
            small.append(try get("Small", items: Self.smallItems, round: round).microseconds)
        }
        latencies.sort()
        func latency(_ quantile: Double) -> Double {
            Double(latencies[Int(Double(latencies.count - 1) * quantile)]) / 1_000
        }
        return [
            figure(Double(items)), figure(ProcessFigures.memory(of: pid).now), figure(latency(0.5)),
            figure(latency(0.99)), figure(median(large)), figure(median(small)),
            ratio(median(zip(large, small).map { $0 / $1 })),
        ]
    }

    /// Gets spread over a whole table: their latencies in ns, and processor time in µs each.
    private func get(
        _ table: String, items: Int, round: Int
    ) throws(LoadGenerator.Failure) -> (latencies: [UInt64], microseconds: Double) {
        let before = ProcessFigures.processorSeconds(of: pid)
        let result = try load.run(count: gets, connections: 1) { index in
            let key = Self.key((round * gets + index) &* 7_919 % items)
            return HTTPRequests.dynamoDB("GetItem", #"{"TableName":"\#(table)","Key":{"pk":{"S":"\#(key)"}}}"#)
        } accepts: { status, body in
            status == 200 && body.count > Self.filler.utf8.count
        }
        let processor = ProcessFigures.processorSeconds(of: pid) - before
        return (result.latencies, processor / Double(gets) * 1e6)
    }

    private static func key(_ index: Int) -> String { "item-\(index)" }
}
