package import JSON
package import LambdaRuntime

/// What becomes a metric of CloudWatch's, each of which costs by the month for every function that counts it: what the
/// alarms and the dashboard show. All else that is counted stands in the log's lines, where a query adds it up.
enum CountedMetric {
    /// By the function that counts them. With ``refused``, nine in all: the first ten of an account are free.
    static let names: Set<String> = [
        "Votes", "CreditsSold", "OrdersPlaced", "OrdersPaid", "MessagesSent", "Quarantined", "Violations",
    ]
    /// Of all functions together. Code and function stand in the line and are no dimensions: there are too many.
    static let refused = "Refused"
    static let namespace = "Bundle"
}

extension InvocationContext {
    /// Counts what a function did: one line in its log, none if all counts are 0.
    ///
    /// - Parameters:
    ///   - function: the template's name of it, the metrics' one dimension.
    ///   - counts: at most 100 with distinct names. A name tells of a kind of thing and never of one of them: no ids,
    ///     nothing of a user's. Those of ``CountedMetric/names`` are metrics, the others members of the line.
    ///   - details: more such members.
    package func count(_ counts: KeyValuePairs<String, Int>, by function: String, _ details: JSONObject = [:]) {
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
        for (name, value) in details { members[name] = value }
        guard !metrics.isEmpty else {
            members["Function"] = .string(function)
            return logger.info("counted", members)
        }
        emit(MetricRecord(CountedMetric.namespace, dimensions: [("Function", function)], metrics, details: members))
    }

    /// Counts a refusal, or a failure that has a code.
    package func countRefusal(_ code: String, by function: String) {
        emit(
            MetricRecord(
                CountedMetric.namespace, [MetricRecord.Metric(CountedMetric.refused, 1)],
                details: ["Function": .string(function), "Code": .string(code)]))
    }
}
