import NIOCore

/// The sizes and times of a WebSocket API.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Quotas for configuring and running a WebSocket API".
enum WebSocketQuotas {
    static let frameBytesMax = 32_768
    static let messageBytesMax = 131_072
    static let idleMax = Duration.seconds(600)
    static let connectionMax = Duration.seconds(7_200)
    /// Ours: bytes on their way to a client that does not read; then `LimitExceededException`.
    static let bufferedBytesMax = 1_048_576
    /// Ours: messages of a client whose functions are still at work; it is not read from until one has ended.
    static let messagesInHandMax = 64
    /// Ours: how long a client has for its part of the closing handshake.
    static let closingTime = TimeAmount.seconds(2)
}
