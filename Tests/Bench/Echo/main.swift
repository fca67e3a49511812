import JSON
import LambdaRuntime

/// Answers with its event: what is left is the cost of the way there and back, decoding and encoding included.
struct EchoHandler: LambdaHandler {
    func handle(_ event: EchoEvent, context: InvocationContext) async throws -> EchoEvent { event }
}

struct EchoEvent: Codable {
    struct Line: Codable {
        var sku: String
        var quantity: Int
        var price: Double
        var tags: [String]
    }
    var id: String
    var lines: [Line]
}

try await RuntimeLoop(EchoHandler()).run()
