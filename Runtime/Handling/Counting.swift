package import LambdaRuntime

extension InvocationContext {
    /// Counts what a function did, for dashboards and alarms: one line in its log, none if all counts are 0.
    ///
    /// - Parameters:
    ///   - function: the template's name of it, the metrics' one dimension.
    ///   - counts: at most 100 with distinct names. A name tells of a kind of thing and never of one of them: no ids, nothing of a
    ///     user's. `Refused.NO_CREDITS` counts refusals by their code.
    package func count(_ counts: KeyValuePairs<String, Int>, by function: String) {
        let metrics = counts.filter { $0.value != 0 }.map { MetricRecord.Metric($0.key, Double($0.value)) }
        guard !metrics.isEmpty else { return }
        emit(MetricRecord("Bundle", dimensions: [("Function", function)], metrics))
    }
}
