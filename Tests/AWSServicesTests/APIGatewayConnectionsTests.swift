import AWSServices
import HTTPTransport
import JSON
import Services
import Testing

struct APIGatewayConnectionsTests {
    static func connections(_ client: FakeHTTPClient) -> APIGatewayConnections {
        APIGatewayConnections(endpoint: endpoint("execute-api", client, path: "/live"), retries: Pauses().policy)
    }
    /// As AWS makes them.
    static let id = "L0SM9cOFvHcCIhw="
    static let post = "POST /live/%40connections/L0SM9cOFvHcCIhw%3D"
    static let sent = FakeHTTPClient.Answer.response(200, .null)
    static let gone = FakeHTTPClient.Answer.response(410, ["__type": "GoneException"])

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var answers: [FakeHTTPClient.Answer]
        var outcome: PushOutcome?
        var error: ServiceError?
        var calls = 1
    }
    static let rows = [
        Row(testDescription: "sent", answers: [sent], outcome: .sent),
        Row(testDescription: "gone", answers: [gone], outcome: .gone),
        Row(testDescription: "gone without a name", answers: [.response(410, .null)], outcome: .gone),
        Row(testDescription: "too many, then sent", answers: [.response(429, .null), sent], outcome: .sent, calls: 2),
        Row(
            testDescription: "not reached to the end",
            answers: Array(repeating: .failure(.notSent("no")), count: 3),
            error: .unavailable("PostToConnection: no"), calls: 3),
        // It may be with the client already.
        Row(
            testDescription: "a lost answer is not sent again", answers: [.failure(.outcomeUnknown("gone"))],
            error: .unknownOutcome("PostToConnection: gone")),
        Row(
            testDescription: "a failure in the middle is not sent again", answers: [.response(500, .null)],
            error: .unknownOutcome("PostToConnection: status 500")),
        Row(
            testDescription: "not allowed", answers: [.response(403, ["message": "Forbidden"])],
            error: .rejected("PostToConnection: status 403: Forbidden")),
    ]
    @Test(arguments: rows) func `posts to a connection`(row: Row) async throws {
        let client = FakeHTTPClient(row.answers)
        do {
            #expect(try await Self.connections(client).post("hello", to: Self.id) == row.outcome)
        } catch {
            #expect(error == row.error)
        }
        #expect(client.calls == Array(repeating: Self.post, count: row.calls))
        #expect(client.requests.allSatisfy { $0.body == Array("hello".utf8) })
    }

    @Test(arguments: [FakeHTTPClient.Answer.response(204, .null), gone]) func `closes a connection`(
        answer: FakeHTTPClient.Answer
    ) async throws {
        let client = FakeHTTPClient([answer])
        try await Self.connections(client).close(Self.id)
        #expect(client.calls == [Self.post.replacing("POST", with: "DELETE")])
    }
}
