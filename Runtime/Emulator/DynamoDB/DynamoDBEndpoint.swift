import DynamoDBAPI
import ItemDB
import JSON
import NIOCore
import NIOHTTP1

/// DynamoDB's endpoint: what HTTP asks for before and around the service, in the order in which AWS looks at it.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "DynamoDB low-level API"; where that is silent, the answers that
///   dynalite's tests recorded of AWS (test/connection.js).
struct DynamoDBEndpoint: Sendable {
    /// A longer body is refused with status 413.
    static let bodyBytesMax = 16 * 1_048_576
    /// Of all headers together, and of the request line.
    static let headBytesMax = 16_384

    private let service: DynamoDBService
    private let identifiers: IdentifierSource
    private let authorization: RequestAuthorization
    private let date = HTTPDate()

    init(
        database: ItemDatabase, clock: EmulatorClock, identifiers: IdentifierSource,
        authorization: RequestAuthorization = .formOnly
    ) {
        service = DynamoDBService(
            database: database, region: LocalAccount.region, accountID: LocalAccount.id, clock: { clock.now })
        self.identifiers = identifiers
        self.authorization = authorization
    }

    static func owns(_ target: String) -> Bool { target.hasPrefix("DynamoDB") }

    /// - Parameter denial: why the caller may not do something; nil if it may do everything.
    func handle(
        _ request: HTTPRequest, denial: ((DynamoDBAccess) -> String?)? = nil,
        respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        // The machine's own time: by this header clients find out how wrong their clocks are, and sign accordingly.
        var reply = DynamoDBReply(
            requestID: identifiers.dynamoDBRequestID(), date: date.text(at: EmulatorClock.wall), request.headers)
        do throws(DynamoDBRefusal) {
            let target = request.headers.first(name: "X-Amz-Target") ?? ""
            try check(request, &reply)
            service.handle(
                target: target, body: request.bodyBytes, encoding: request.headers.first(name: "Content-Encoding"),
                host: target.hasSuffix("Endpoints") ? request.headers.first(name: "Host") : nil,
                refusal: { refusal(of: request) }, denial: denial
            ) { [reply] response in respond(reply.response(response)) }
        } catch {
            respond(reply.response(error))
        }
    }

    private func check(_ request: HTTPRequest, _ reply: inout DynamoDBReply) throws(DynamoDBRefusal) {
        guard Self.headBytes(request) <= Self.headBytesMax else { throw .headTooLarge }
        switch request.method {
        case .POST: break
        case .GET where request.path == "/", .HEAD where request.path == "/": throw .health
        case .OPTIONS where reply.allowsOrigins: throw .preflight
        default: throw .unknownMethodOrType
        }
        guard !request.isBodyCut, request.body.readableBytes <= Self.bodyBytesMax else { throw .bodyTooLarge }
        let type = Self.mediaType(request)
        let isKnownType = type == "application/x-amz-json-1.0" || type == "application/json"
        guard isKnownType || request.body.readableBytes == 0 else { throw .unknownMethodOrType }
        reply.contentType = isKnownType ? type : "application/json"
    }

    private func refusal(of request: HTTPRequest) -> DynamoDBResponse? {
        do throws(AuthorizationFailure) {
            try authorization.check(request)
            return nil
        } catch {
            let body: JSONValue = .object([
                "__type": .string("com.amazon.coral.service#\(error.type)"), "message": .string(error.message),
            ])
            return DynamoDBResponse(status: 400, body: body.compactBytes)
        }
    }

    private static func headBytes(_ request: HTTPRequest) -> Int {
        request.headers.reduce(request.path.utf8.count + request.query.utf8.count) { total, header in
            total + header.name.utf8.count + header.value.utf8.count + 4
        }
    }

    /// The content type without its parameters.
    private static func mediaType(_ request: HTTPRequest) -> String {
        guard let header = request.headers.first(name: "Content-Type") else { return "" }
        // Nearly always there is nothing to cut off.
        if header.utf8.allSatisfy({ $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }) { return header }
        let type = header.prefix { $0 != ";" }
        return String(type.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    /// Every table, page by page.
    func tableNames() async throws(EmulatorError) -> Set<String> {
        var names: Set<String> = []
        var start: JSONValue?
        repeat {
            var request = JSONObject()
            request["ExclusiveStartTableName"] = start
            let page = try await perform("ListTables", .object(request))
            names.formUnion(page["TableNames"]?.array?.compactMap(\.string) ?? [])
            start = page["LastEvaluatedTableName"]
        } while start != nil
        return names
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
