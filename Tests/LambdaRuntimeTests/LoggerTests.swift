import JSON
import LambdaRuntime
import Testing
import Time

struct LoggerTests {
    @Test(
        arguments: [
            (nil, nil, LogSettings(format: .text, level: .info)),
            ("JSON", "DEBUG", LogSettings(format: .json, level: .debug)),
            ("json", "warn", LogSettings(format: .json, level: .warn)),
            ("Text", "", LogSettings(format: .text, level: .info)),
            ("JSON", "LOUD", LogSettings(format: .json, level: .info)),
        ] as [(String?, String?, LogSettings)])
    func `takes what Lambda sets`(format: String?, level: String?, settings: LogSettings) {
        #expect(LogSettings(format: format, level: level) == settings)
    }

    @Test(arguments: LogSettings.Level.allCases) func `writes from the level it is set to`(level: LogSettings.Level) {
        let log = LogLines()
        let logger = log.logger(LogSettings(format: .json, level: level))
        for written in LogSettings.Level.allCases { logger.log(written, written.name) }
        let expected = LogSettings.Level.allCases.filter { $0 >= level }.map(\.name)
        #expect(log.json.map { $0["message"]?.string } == expected)
        #expect(log.all.allSatisfy { $0.stream == .standardError })
    }

    @Test func `a JSON line holds the request and the details`() throws {
        let log = LogLines()
        let base = log.logger()
        let logger = Logger(base.settings, requestID: "r1", tenantID: "blue") { log.logger().output($0, $1) }
        logger.info("a\n\"b\"", ["count": 2, "message": "not this"])
        let line = try #require(log.json.first)
        #expect(line["message"] == "a\n\"b\"")
        #expect(line["level"] == "INFO")
        #expect(line["requestId"] == "r1")
        #expect(line["tenantId"] == "blue")
        #expect(line["count"] == 2)
        #expect(line["timestamp"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
        #expect(log.all[0].line.filter { $0 == "\n" }.count == 1)
    }

    @Test func `a text line is one line`() {
        let log = LogLines()
        log.logger(LogSettings()).warn("a\nb", ["count": 2])
        let fields = log.all[0].line.split(separator: "\t").map(String.init)
        #expect(Array(fields.dropFirst()) == ["-", "WARN", "a\rb", "{\"count\":2}\n"])
    }

    @Test func `metrics are one line in the embedded metric format`() {
        let log = LogLines()
        let context = InvocationContext(
            requestID: "r1", deadline: Timestamp(milliseconds: 2), receivedAt: Timestamp(milliseconds: 1),
            logger: log.logger(LogSettings(format: .text, level: .fatal)))
        context.emit(
            MetricRecord(
                "Voting", dimensions: [("Function", "CastVote")],
                [.init("Votes", 1), .init("Read", 2.5, .milliseconds)]))
        #expect(log.all.map(\.stream) == [.standardOutput])
        #expect(
            log.json == [
                [
                    "_aws": [
                        "Timestamp": 1,
                        "CloudWatchMetrics": [
                            [
                                "Namespace": "Voting", "Dimensions": [["Function"]],
                                "Metrics": [
                                    ["Name": "Votes", "Unit": "Count"], ["Name": "Read", "Unit": "Milliseconds"],
                                ],
                            ]
                        ],
                    ],
                    "Function": "CastVote", "Votes": 1, "Read": 2.5, "requestId": "r1",
                ]
            ])
    }
}
