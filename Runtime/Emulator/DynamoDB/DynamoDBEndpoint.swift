import DynamoDBAPI
import ItemDB
import JSON
import NIOCore
import NIOHTTP1

/// DynamoDB's endpoint: the headers around the service, and the template's tables.
struct DynamoDBEndpoint: Sendable {
    private let service: DynamoDBService
    private let identifiers: IdentifierSource

    init(database: ItemDatabase, clock: EmulatorClock, identifiers: IdentifierSource) {
        service = DynamoDBService(
            database: database, region: LocalAccount.region, accountID: LocalAccount.id, clock: { clock.now })
        self.identifiers = identifiers
    }

    static func owns(_ target: String) -> Bool { target.hasPrefix("DynamoDB") }

    func handle(_ target: String, _ request: HTTPRequest, respond: @escaping @Sendable (HTTPResponse) -> Void) {
        let requestID = identifiers.requestID()
        service.handle(
            target: target, body: request.bodyBytes, encoding: request.headers.first(name: "Content-Encoding")
        ) { response in
            let headers = [
                ("Content-Type", "application/x-amz-json-1.0"),
                ("x-amzn-RequestId", requestID),
                ("x-amz-crc32", String(response.crc32)),
            ]
            respond(
                HTTPResponse(
                    HTTPResponseStatus(statusCode: response.status), headers: headers,
                    body: ByteBuffer(bytes: response.body)))
        }
    }

    /// One operation from inside.
    ///
    /// - Returns: the answer.
    /// - Throws: `EmulatorError` with DynamoDB's own words.
    func perform(_ operation: String, _ request: JSONValue) async throws(EmulatorError) -> JSONValue {
        let response = await withCheckedContinuation { continuation in
            service.handle(target: "DynamoDB_20120810.\(operation)", body: request.compactBytes) {
                continuation.resume(returning: $0)
            }
        }
        let answer = (try? parseJSON(response.body)) ?? .null
        guard response.status == 200 else {
            throw EmulatorError(answer["message"]?.string ?? answer["Message"]?.string ?? "status \(response.status)")
        }
        return answer
    }
}
