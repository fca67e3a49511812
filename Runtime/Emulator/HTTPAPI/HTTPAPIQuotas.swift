import NIOCore

/// The sizes and times at which an HTTP API, and so the emulator, says no.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Quotas for configuring and running an HTTP API".
enum HTTPAPIQuotas {
    static let payloadBytesMax = 10 * 1_048_576
    /// The request line and all header values together.
    static let headerBytesMax = 10_240
    static let discoveryTimeout = TimeAmount.milliseconds(1_500)
    static let keySetTimeout = TimeAmount.milliseconds(1_500)
    static let keySetBytesMax = 150_000
    /// How long an issuer's keys are taken for its keys without asking again.
    static let keySetLifetime = Duration.seconds(7_200)
    /// How long after a failure the issuer is not asked again; ours.
    static let keySetRetryPause = Duration.seconds(5)
    /// Ours: verified tokens that are remembered, per authorizer.
    static let rememberedTokensMax = 1_000
}
