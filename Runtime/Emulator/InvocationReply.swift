/// What came back from a function.
package struct InvocationReply: Sendable {
    package var payload: [UInt8]
    /// Whether the function failed and `payload` is AWS's error object.
    package var isError: Bool
    var requestID: String

    package var text: String { String(decoding: payload, as: UTF8.self) }
}
