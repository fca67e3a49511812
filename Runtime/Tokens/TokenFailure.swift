/// Why a token does not count.
package enum TokenFailure: Error, Hashable, Sendable {
    /// Not three parts of base64url with JSON in the first two.
    case malformed
    /// Signed with an algorithm or key that the key set does not have.
    case unknownKey
    case badSignature
}
