package import Items
import JSON
import Services

/// The tables on DynamoDB, or on whatever speaks its protocol.
///
/// - Note: Source: Amazon DynamoDB API Reference.
package struct DynamoDBStore: ItemStore {
    /// BatchGetItem's ceiling.
    static let keysMax = 100
    /// TransactWriteItems's ceiling.
    static let writesMax = 100

    let endpoint: DynamoDBEndpoint
    let retries: RetryPolicy
    /// The physical table's name; nil if nobody said which that is.
    let physicalName: @Sendable (TableName) -> String?

    package init(
        endpoint: DynamoDBEndpoint, retries: RetryPolicy = RetryPolicy(),
        physicalName: @escaping @Sendable (TableName) -> String?
    ) {
        self.endpoint = endpoint
        self.retries = retries
        self.physicalName = physicalName
    }

    func physical(_ table: TableName) throws(ServiceError) -> String {
        guard let name = physicalName(table) else { throw .rejected("no table is set for \(table)") }
        return name
    }

    /// Calls until there is an answer, as often as the policy allows.
    ///
    /// - Returns: the answer, or the error that DynamoDB refuses with.
    func read(_ operation: String, _ body: [UInt8]) async throws(ServiceError) -> JSONValue {
        do throws(ServiceError) {
            switch try await retries.answer(to: operation, { endpoint.call(operation, body).busyIfCancelled }) {
            case .success(let answer): return answer
            case .refused(let error, let answer): throw .rejection(operation, error, answer)
            }
        } catch .unknownOutcome(let why) {
            // What only reads has no outcome but its answer.
            throw .unavailable(why)
        }
    }

    /// Why a transaction was cancelled, for each of its items: `None` where it was not for this one.
    static func cancellationCodes(_ answer: JSONValue) -> [String] {
        (answer["CancellationReasons"]?.array ?? []).map { $0["Code"]?.string ?? noReason }
    }

    static let noReason = "None"
    /// Codes of what waiting mends.
    static let passingCodes: Set = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]

    static func item(_ value: JSONValue) throws(ServiceError) -> Item {
        do {
            return try Item(dynamoDBJSON: value)
        } catch {
            throw .rejected("DynamoDB sent an item that can't be read: \(error)")
        }
    }
}

extension CallOutcome {
    /// A transaction that reads, and met writes under way, is to be sent again as to a busy table.
    fileprivate var busyIfCancelled: CallOutcome {
        guard case .refused("TransactionCanceledException", let answer) = self else { return self }
        let codes = Set(DynamoDBStore.cancellationCodes(answer)).subtracting([DynamoDBStore.noReason])
        return codes.isEmpty || !codes.isSubset(of: DynamoDBStore.passingCodes) ? self : .busy("a write is under way")
    }
}
