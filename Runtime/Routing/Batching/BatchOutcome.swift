package import JSON

/// What a function's reply says of the records that it was given.
///
/// - Note: Source: AWS Lambda Developer Guide, "Handling errors for an SQS event source in Lambda" and "Configuring
///   partial batch response with DynamoDB and Lambda", both under "Success and failure conditions".
package enum BatchOutcome: Hashable, Sendable {
    case success
    /// All records failed.
    case failure
    /// Some failed: the indices of the records, rising.
    case partial([Int])

    /// - Parameters:
    ///   - reply: what the function returned; nil if it failed.
    ///   - identifiers: of the records, in order: message ids, or sequence numbers.
    ///   - reportsFailures: whether the mapping has `ReportBatchItemFailures`; without it any reply is a success.
    package static func read(
        _ reply: JSONValue?, identifiers: [String], reportsFailures: Bool
    ) -> BatchOutcome {
        guard let reply else { return .failure }
        guard reportsFailures, !reply.isNull else { return .success }
        // Of what is no such list nothing can be told, so that the records come again.
        guard let members = reply.object else { return reply == "" ? .success : .failure }
        guard let list = members["batchItemFailures"], !list.isNull else { return .success }
        guard let failures = list.array else { return .failure }
        var failed: Set<Int> = []
        for failure in failures {
            guard let identifier = failure["itemIdentifier"]?.string, let index = identifiers.firstIndex(of: identifier)
            else { return .failure }
            failed.insert(index)
        }
        if failed.isEmpty { return .success }
        return failed.count == identifiers.count ? .failure : .partial(failed.sorted())
    }
}
