import JSON
import LambdaRuntime

/// What becomes a metric of CloudWatch's, each of which costs by the month for every function that counts it: what the
/// alarms and the dashboard show. All else that is counted stands in the log's lines, where a query adds it up.
enum CountedMetric {
    /// By the function that counts them. With those of all together eight, and the first ten of an account are free.
    static let names: Set<String> = [
        "Votes", "CreditsSold", "OrdersPlaced", "OrdersPaid", "MessagesSent", "Violations",
    ]
    // Of all functions together: which one, and why, stands in the line and is no dimension, as there are too many.
    static let refused = "Refused"
    static let quarantined = "Quarantined"
    static let namespace = "Bundle"
}

extension InvocationContext {
    /// Counts what a function did: one line in its log, none if all counts are 0.
    ///
    /// - Parameters:
    ///   - function: the template's name of it, the metrics' one dimension.
    ///   - counts: at most 100 with distinct names. A name tells of a kind of thing and never of one of them: no ids,
    ///     nothing of a user's. Those of ``CountedMetric/names`` are metrics, the others members of the line.
    package func count(_ counts: KeyValuePairs<String, Int>, by function: String) {
        var metrics: [MetricRecord.Metric] = []
        var members: JSONObject = [:]
        for (name, count) in counts where count != 0 {
            if CountedMetric.names.contains(name) {
                metrics.append(MetricRecord.Metric(name, Double(count)))
            } else {
                members[name] = .number(JSONNumber(count))
            }
        }
        guard !metrics.isEmpty || !members.isEmpty else { return }
        guard !metrics.isEmpty else {
            members["Function"] = .string(function)
            return logger.info("counted", members)
        }
        emit(MetricRecord(CountedMetric.namespace, dimensions: [("Function", function)], metrics, details: members))
    }

    /// Counts a refusal, or a failure that has a code.
    package func countRefusal(_ code: String, by function: String) {
        countOne(CountedMetric.refused, by: function, because: "Code", code)
    }

    /// Counts a payment's notice that was put aside for a person to see to.
    package func countQuarantined(_ reason: String, by function: String) {
        countOne(CountedMetric.quarantined, by: function, because: "Reason", reason)
    }

    private func countOne(_ metric: String, by function: String, because name: String, _ reason: String) {
        emit(
            MetricRecord(
                CountedMetric.namespace, [MetricRecord.Metric(metric, 1)],
                details: ["Function": .string(function), name: .string(reason)]))
    }
}
