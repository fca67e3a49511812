package import Time

/// Somebody else's address to which we report.
package protocol Webhook: Sendable {
    /// Sends one message and waits until the other side has taken it.
    ///
    /// The message may arrive more than once.
    ///
    /// - Parameters:
    ///   - body: JSON.
    ///   - now: goes into the signature.
    /// - Throws: `.unavailable` if the same may work later, `.rejected` if the other side refuses the message.
    func send(_ body: [UInt8], at now: Timestamp) async throws(ServiceError)
}
