import Handling
import JSON
import LambdaRuntime
import Synchronization
import Testing
import Time

struct CountingTests {
    @Test(
        arguments: [
            (["Placed": 1, "Refused.OUT_OF_STOCK": 2], ["Placed", "Refused.OUT_OF_STOCK"]),
            (["Placed": 0, "Released": 3], ["Released"]), (["Placed": 0], nil), ([:], nil),
        ] as [(KeyValuePairs<String, Int>, [String]?)])
    func `counts what happened under the function's name alone`(
        counts: KeyValuePairs<String, Int>, names: [String]?
    ) throws {
        let lines = Mutex<[String]>([])
        let context = InvocationContext(
            requestID: "r", deadline: Timestamp(seconds: 1), receivedAt: Timestamp(seconds: 1),
            logger: Logger { _, bytes in lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } })
        context.count(counts, by: "PlaceOrder")
        let written = lines.withLock { $0 }
        guard let names else {
            #expect(written == [])
            return
        }
        #expect(written.count == 1)
        let line = try parseJSON(written[0])
        let directive = line["_aws"]?["CloudWatchMetrics"]?.array?.first
        #expect(directive?["Namespace"]?.string == "Bundle")
        #expect(directive?["Dimensions"] == [["Function"]])
        #expect(directive?["Metrics"]?.array?.compactMap { $0["Name"]?.string } == names)
        #expect(line["Function"]?.string == "PlaceOrder")
        for name in names { #expect(line[name]?.int == counts.first { $0.key == name }?.value) }
    }
}
