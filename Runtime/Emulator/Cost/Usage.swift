/// What a case used that AWS charges for.
package struct Usage: Hashable, Sendable {
    package struct Invocations: Hashable, Sendable {
        package var count = 0
        /// As on the bill: whole for each invocation, with the start of its process if it had one.
        package var billedMilliseconds = 0
        package var gigabyteSeconds = 0.0
    }

    /// DynamoDB's read request units: half a unit for up to 4 KB read with eventual consistency, one with strong, two
    /// in a transaction.
    package var readUnits = 0.0
    /// DynamoDB's write request units: one for each KB written, to each index too; two in a transaction.
    package var writeUnits = 0.0
    /// By the functions' logical ids.
    package var invocations: [String: Invocations] = [:]
    /// Calls of other services by their IAM actions, such as `sqs:SendMessage`; of functions, and of Lambda in their
    /// place.
    package var calls: [String: Int] = [:]
    /// Over WebSockets, either way, in portions of 32 KB.
    package var socketMessages = 0
    /// For which sockets were open, each of them rounded up; of those still open at the end, the first.
    package var connectionMinutes = 0
    package var logBytes = 0
}
