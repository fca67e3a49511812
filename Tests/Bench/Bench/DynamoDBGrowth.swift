import Glibc

/// A table that grows, and what it costs to read one item of it.
struct DynamoDBGrowth {
    let port: Int
    let pid: pid_t
    /// Gets per measurement.
    let gets: Int

    private static let batch = 25
    private static let filler = String(repeating: "x", count: 950)

    func createTable() throws(LoadGenerator.Failure) {
        let create = HTTPRequests.dynamoDB(
            "CreateTable",
            #"{"TableName":"Growth","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"#
                + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}"#)
        _ = try LoadGenerator(port: port).run(count: 1, connections: 1) { _ in
            create
        } accepts: { status, _ in
            status == 200
        }
    }

    /// Writes the items `first..<last`, both multiples of 25.
    func fill(from first: Int, to last: Int) throws(LoadGenerator.Failure) {
        _ = try LoadGenerator(port: port).run(count: (last - first) / Self.batch, connections: 4) { index in
            let start = first + index * Self.batch
            let puts = (start..<start + Self.batch).map {
                #"{"PutRequest":{"Item":{"pk":{"S":"\#(Self.key($0))"},"text":{"S":"\#(Self.filler)"}}}}"#
            }
            return HTTPRequests.dynamoDB(
                "BatchWriteItem", #"{"RequestItems":{"Growth":[\#(puts.joined(separator: ","))]}}"#)
        } accepts: { status, _ in
            status == 200
        }
    }

    /// Gets spread over the whole table, from one connection.
    func row(items: Int) throws(LoadGenerator.Failure) -> [String] {
        let before = ProcessFigures.processorSeconds(of: pid)
        let result = try LoadGenerator(port: port).run(count: gets, connections: 1) { index in
            let key = Self.key(index &* 7_919 % items)
            return HTTPRequests.dynamoDB("GetItem", #"{"TableName":"Growth","Key":{"pk":{"S":"\#(key)"}}}"#)
        } accepts: { status, body in
            status == 200 && body.count > Self.filler.utf8.count
        }
        let processor = (ProcessFigures.processorSeconds(of: pid) - before) / Double(gets) * 1e6
        return [
            figure(Double(items)), figure(ProcessFigures.memory(of: pid).now), figure(result.microseconds(at: 0.5)),
            figure(result.microseconds(at: 0.99)), figure(processor),
        ]
    }

    private static func key(_ index: Int) -> String { "item-\(index)" }
}
