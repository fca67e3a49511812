import JSON
import NIOHTTP1

/// An error as a service answers it.
struct ServiceFault: Error, Hashable {
    /// Such as `ResourceNotFoundException`.
    var code: String
    var message: String
    var status: HTTPResponseStatus = .badRequest
}
