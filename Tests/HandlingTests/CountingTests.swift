import Events
import Handling
import JSON
import Testing

struct CountingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var counts: KeyValuePairs<String, Int>
        /// nil for a line that no metrics come of.
        var metrics: [String]?
        var members: [String]
    }
    static let rows = [
        Row(
            testDescription: "a metric, and what stands beside it", counts: ["OrdersPlaced": 1, "CentsOrdered": 500],
            metrics: ["OrdersPlaced"], members: ["OrdersPlaced", "CentsOrdered"]),
        Row(
            testDescription: "two metrics", counts: ["OrdersPlaced": 1, "OrdersPaid": 2],
            metrics: ["OrdersPlaced", "OrdersPaid"], members: ["OrdersPlaced", "OrdersPaid"]),
        Row(testDescription: "none", counts: ["PiecesReleased": 3, "Votes": 0], members: ["PiecesReleased"]),
    ]

    @Test(arguments: rows) func `counts what happened under the function's name alone`(row: Row) throws {
        let lines = WrittenLines()
        lines.context.count(row.counts, by: "PlaceOrder")
        let line = try #require(try lines.parsed().first)
        #expect(try lines.parsed().count == 1)
        let directive = line["_aws"]?["CloudWatchMetrics"]?[0]
        #expect((directive == nil) == (row.metrics == nil))
        if let metrics = row.metrics {
            #expect(directive?["Namespace"]?.string == "Bundle")
            #expect(directive?["Dimensions"] == [["Function"]])
            #expect(directive?["Metrics"]?.array?.compactMap { $0["Name"]?.string } == metrics)
        }
        #expect(line["Function"]?.string == "PlaceOrder")
        for (name, count) in row.counts { #expect(line[name]?.int == (row.members.contains(name) ? count : nil)) }
    }

    @Test(arguments: [[:], ["Votes": 0], ["PiecesReleased": 0]] as [KeyValuePairs<String, Int>])
    func `says nothing of nothing`(counts: KeyValuePairs<String, Int>) throws {
        let lines = WrittenLines()
        lines.context.count(counts, by: "PlaceOrder")
        #expect(try lines.parsed() == [])
    }

    /// Each costs by the month for every code and function that it had as a dimension.
    @Test func `refusals of all functions and codes are one metric`() async throws {
        let lines = WrittenLines()
        _ = await answering(by: "PlaceOrder", lines.context) { throw RequestError.notLoggedIn }
        let line = try #require(try lines.parsed().first)
        let directive = line["_aws"]?["CloudWatchMetrics"]?[0]
        #expect(directive?["Dimensions"] == [[]])
        #expect(directive?["Metrics"] == [["Name": "Refused", "Unit": "Count"]])
        #expect(line["Refused"]?.int == 1)
        #expect(line["Function"]?.string == "PlaceOrder")
        #expect(line["Code"]?.string == "NOT_LOGGED_IN")
    }

    @Test func `so are notices that were put aside`() throws {
        let lines = WrittenLines()
        lines.context.countQuarantined("AMOUNT_DIFFERS", by: "BuyCredits")
        let line = try #require(try lines.parsed().first)
        let directive = line["_aws"]?["CloudWatchMetrics"]?[0]
        #expect(directive?["Dimensions"] == [[]])
        #expect(directive?["Metrics"] == [["Name": "Quarantined", "Unit": "Count"]])
        #expect(line["Function"]?.string == "BuyCredits")
        #expect(line["Reason"]?.string == "AMOUNT_DIFFERS")
    }
}
