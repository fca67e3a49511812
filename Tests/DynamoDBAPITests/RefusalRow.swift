import Testing

/// A request that is refused.
struct RefusalRow: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var operation: String
    var request: String
    var type: String
    var message: String

    init(
        _ name: String, _ operation: String, _ request: String, _ message: String, type: String = "ValidationException"
    ) {
        testDescription = "\(operation): \(name)"
        self.operation = operation
        self.request = request
        self.type = type
        self.message = message
    }

    func check() throws {
        let answer = try Fixture.shared.get().call(operation, request)
        #expect(answer.status == 400)
        #expect(answer.errorType == type)
        #expect(answer.message == message)
    }
}
