package import ItemDB
import Items
import JSON
package import Time

/// DynamoDB's API over an item database, without the transport: a request's target and body in, an answer out.
///
/// Reads answer on the caller's thread before ``handle(target:body:completion:)`` returns; writes answer from the
/// database's writer once they are committed.
package final class DynamoDBService: Sendable {
    package typealias Completion = @Sendable (DynamoDBResponse) -> Void

    let database: ItemDatabase
    let region: String
    let accountID: String
    let clock: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - region: in ARNs.
    ///   - accountID: twelve digits, in ARNs.
    ///   - clock: the time that creation dates and the like are taken from.
    package init(
        database: ItemDatabase, region: String = "us-east-1", accountID: String = "000000000000",
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.region = region
        self.accountID = accountID
        self.clock = clock
    }

    /// - Parameters:
    ///   - target: the header `X-Amz-Target`, such as `DynamoDB_20120810.GetItem`.
    ///   - encoding: the header `Content-Encoding`, if there is one.
    ///   - host: the header `Host`: where clients that ask for endpoints are sent.
    ///   - refusal: what the caller is told in place of the answer, if it may not have one. Asked after the request has
    ///     turned out to be JSON and to name an operation, and before anything else of it is looked at, as on AWS.
    ///   - denial: why the caller may not do one of the things that the request asks for, if it may not.
    ///   - completion: called once.
    /// - Note: Source of that order: dynalite's index.js, which records it of AWS.
    package func handle(
        target: String, body: [UInt8], encoding: String? = nil, host: String? = nil,
        refusal: () -> DynamoDBResponse? = { nil }, denial: ((DynamoDBAccess) -> String?)? = nil,
        completion: @escaping Completion
    ) {
        do throws(APIError) {
            let body = encoding == nil ? body : try Self.decoded(body, encoding)
            let members = body.isEmpty ? nil : try Self.parse(body)
            guard let operation = Operation(target: target) else { throw APIError(kind: .unknownOperation) }
            if let refusal = refusal() { return completion(refusal) }
            guard let request = members else { throw APIError.serialization(nil) }
            try TypeChecker.check(request, operation.fields)
            if let denial, let message = requiredAccess(operation, Request(request)).lazy.compactMap(denial).first {
                throw APIError(kind: .accessDenied, message: message)
            }
            try run(operation, Request(request), host: host, completion)
        } catch {
            completion(error.response)
        }
    }

    /// DynamoDB calls a body that it can't decode a failure of its own.
    private static func decoded(_ body: [UInt8], _ encoding: String?) throws(APIError) -> [UInt8] {
        let name = encoding?.lowercased() ?? "identity"
        if name.isEmpty || name == "identity" { return body }
        let failure = APIError(kind: .internalServerError, message: nil)
        guard let encoding = ContentEncoding(rawValue: name) else { throw failure }
        do { return try encoding.decoded(body) } catch { throw failure }
    }

    private static func parse(_ body: [UInt8]) throws(APIError) -> JSONObject {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try parseJSON(body)
        } catch {
            // DynamoDB does not say where the text is broken.
            throw .serialization(nil)
        }
        guard case .object(let members) = value else { throw .serialization(nil) }
        return members
    }

    private func run(
        _ operation: Operation, _ request: Request, host: String?, _ completion: @escaping Completion
    ) throws(APIError) {
        switch operation {
        case .putItem: try putItem(request, completion)
        case .getItem: completion(try getItem(request))
        case .updateItem: try updateItem(request, completion)
        case .deleteItem: try deleteItem(request, completion)
        case .query: completion(try query(request))
        case .scan: completion(try scan(request))
        case .batchGetItem: completion(try batchGetItem(request))
        case .batchWriteItem: try batchWriteItem(request, completion)
        case .transactGetItems: completion(try transactGetItems(request))
        case .transactWriteItems: try transactWriteItems(request, completion)
        case .createTable: try createTable(request, completion)
        case .describeTable: completion(try describeTable(request))
        case .listTables: completion(try listTables(request))
        case .updateTable: try updateTable(request, completion)
        case .deleteTable: try deleteTable(request, completion)
        case .updateTimeToLive: try updateTimeToLive(request, completion)
        case .describeTimeToLive: completion(try describeTimeToLive(request))
        case .tagResource: try tagResource(request, completion)
        case .untagResource: try untagResource(request, completion)
        case .listTagsOfResource: completion(try listTagsOfResource(request))
        case .putResourcePolicy: try putResourcePolicy(request, completion)
        case .getResourcePolicy: completion(try getResourcePolicy(request))
        case .deleteResourcePolicy: try deleteResourcePolicy(request, completion)
        case .describeLimits: completion(describeLimits())
        case .describeEndpoints: completion(describeEndpoints(host))
        case .createBackup: try createBackup(request, completion)
        case .describeBackup: completion(try describeBackup(request))
        case .listBackups: completion(try listBackups(request))
        case .deleteBackup: try deleteBackup(request, completion)
        case .restoreTableFromBackup: try restoreTableFromBackup(request, completion)
        case .describeContinuousBackups: completion(try describeContinuousBackups(request))
        case .updateContinuousBackups: try updateContinuousBackups(request, completion)
        case .restoreTableToPointInTime: try restoreTableToPointInTime(request, completion)
        case .exportTableToPointInTime: completion(try exportTable(request))
        case .describeExport, .listExports, .importTable, .describeImport, .listImports:
            completion(try refuseTransfer(operation))
        case .executeStatement: try executeStatement(request, completion)
        case .batchExecuteStatement: try batchExecuteStatement(request, completion)
        case .executeTransaction: try executeTransaction(request, completion)
        case .listStreams: completion(try listStreams(request))
        case .describeStream: completion(try describeStream(request))
        case .getShardIterator: completion(try getShardIterator(request))
        case .getRecords: completion(try getRecords(request))
        }
    }
}
