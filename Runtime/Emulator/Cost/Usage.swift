/// What a case used that AWS charges for.
package struct Usage: Hashable, Sendable {
    package struct Invocations: Hashable, Sendable {
        package var count = 0
        /// Of the functions' own time, without the starts of processes.
        package var milliseconds = 0.0
        package var gigabyteSeconds = 0.0
    }

    /// DynamoDB's read request units: half a unit for up to 4 KB read with eventual consistency, one with strong, two in
    /// a transaction.
    package var readUnits = 0.0
    /// DynamoDB's write request units: one for each KB written, to each index too; two in a transaction.
    package var writeUnits = 0.0
    /// By the functions' logical ids.
    package var invocations: [String: Invocations] = [:]
    /// Calls of other services by their IAM actions, such as `sqs:SendMessage`.
    package var calls: [String: Int] = [:]
    package var logBytes = 0
}
