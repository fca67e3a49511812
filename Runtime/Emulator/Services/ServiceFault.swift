import JSON
package import NIOHTTP1

/// An error as a service answers it.
package struct ServiceFault: Error, Hashable {
    /// Such as `ResourceNotFoundException`.
    package var code: String
    package var message: String
    package var status: HTTPResponseStatus = .badRequest
}
