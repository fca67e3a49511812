package import JSON
package import Time

/// Measurements that CloudWatch reads from the function's log, one line each record.
///
/// - Note: Source: Amazon CloudWatch User Guide, "Specification: embedded metric format".
package struct MetricRecord: Sendable {
    package static let metricsMax = 100
    package static let dimensionsMax = 30

    package enum Unit: String, Sendable {
        case count = "Count", milliseconds = "Milliseconds", microseconds = "Microseconds", bytes = "Bytes"
        case percent = "Percent", none = "None"
    }

    package struct Metric: Sendable {
        package var name: String
        package var unit: Unit
        package var value: Double

        package init(_ name: String, _ value: Double, _ unit: Unit = .count) {
            self.name = name
            self.unit = unit
            self.value = value
        }
    }

    private let namespace: String
    private let dimensions: [(name: String, value: String)]
    private let metrics: [Metric]
    private let details: JSONObject

    /// - Parameters:
    ///   - namespace: 1...1,024 characters.
    ///   - dimensions: at most ``dimensionsMax``: each set of values is a metric of its own, which costs, so no ids.
    ///   - metrics: 1...``metricsMax`` with distinct names and finite values.
    ///   - details: what the line says besides, none called as a dimension or a metric; no metrics come of it.
    package init(
        _ namespace: String, dimensions: [(name: String, value: String)] = [], _ metrics: [Metric],
        details: JSONObject = [:]
    ) {
        precondition((1...Self.metricsMax).contains(metrics.count), "1 to 100 metrics in a record")
        precondition(dimensions.count <= Self.dimensionsMax, "at most 30 dimensions in a record")
        self.namespace = namespace
        self.dimensions = dimensions
        self.metrics = metrics
        self.details = details
    }

    /// The line without its end.
    package func line(at time: Timestamp, requestID: String) -> JSONValue {
        let definitions = metrics.map {
            JSONValue.object(["Name": .string($0.name), "Unit": .string($0.unit.rawValue)])
        }
        let directive: JSONValue = [
            "Namespace": .string(namespace),
            "Dimensions": [.array(dimensions.map { .string($0.name) })],
            "Metrics": .array(definitions),
        ]
        var members: JSONObject = [
            "_aws": [
                "Timestamp": .number(JSONNumber(Int(time.milliseconds))), "CloudWatchMetrics": [directive],
            ]
        ]
        for dimension in dimensions { members[dimension.name] = .string(dimension.value) }
        for metric in metrics {
            guard let number = JSONNumber(metric.value) else { preconditionFailure("\(metric.name) is not finite") }
            members[metric.name] = .number(number)
        }
        for (name, value) in details where members[name] == nil { members[name] = value }
        members["requestId"] = .string(requestID)
        return .object(members)
    }
}

extension InvocationContext {
    /// Writes `record` to the function's log, whatever the log's level is.
    package func emit(_ record: MetricRecord) {
        var line = record.line(at: receivedAt, requestID: requestID).compactBytes
        line.append(UInt8(ascii: "\n"))
        logger.output(.standardOutput, line)
    }
}
