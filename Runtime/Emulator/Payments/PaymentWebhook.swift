package import Time

/// A request that a payment provider sends.
package protocol PaymentWebhook: Sendable {
    /// Goes to every route whose path begins so: a provider knows addresses, and not what they are for.
    var routePrefix: String { get }
    var body: [UInt8] { get }
    func headers(to path: String) -> [(name: String, value: String)]
    /// The same notice sent again later, with a signature of that time.
    func resent(at now: Timestamp) -> Self
}
