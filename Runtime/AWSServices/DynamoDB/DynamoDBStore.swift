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
        var attempt = 1
        while true {
            let error: ServiceError
            switch endpoint.call(operation, body) {
            case .success(let answer): return answer
            case .refused(let name, let answer): throw Self.rejection(operation, name, answer)
            case .busy: error = .throttled
            case .failed(let why), .lost(let why), .unreached(let why): error = .unavailable("\(operation): \(why)")
            }
            guard attempt < retries.attemptsMax else { throw error }
            await retries.wait(after: attempt)
            attempt += 1
        }
    }

    /// DynamoDB's words name operations, attributes and types, never an item's values.
    static func rejection(_ operation: String, _ error: String, _ answer: JSONValue) -> ServiceError {
        let message = answer["message"]?.string ?? answer["Message"]?.string ?? ""
        return .rejected("\(operation): \(error): \(message)")
    }

    static func item(_ value: JSONValue) throws(ServiceError) -> Item {
        do {
            return try Item(dynamoDBJSON: value)
        } catch {
            throw .rejected("DynamoDB sent an item that can't be read: \(error)")
        }
    }
}
