/// Where the public keys are by which a user pool's tokens are verified.
package protocol KeySource: Sendable {
    /// The set as it is now: JSON (RFC 7517).
    ///
    /// - Throws: `.unavailable` if it can't be had just now.
    func keySet() async throws(ServiceError) -> [UInt8]
}
