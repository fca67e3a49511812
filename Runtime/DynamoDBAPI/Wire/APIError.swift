import JSON

/// A refusal, as DynamoDB sends it.
struct APIError: Error, Sendable {
    /// Raw values are what the wire calls them.
    enum Kind: String, Sendable {
        case validation = "com.amazon.coral.validate#ValidationException"
        case serialization = "com.amazon.coral.service#SerializationException"
        case unknownOperation = "com.amazon.coral.service#UnknownOperationException"
        case conditionalCheckFailed = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
        case resourceNotFound = "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"
        case resourceInUse = "com.amazonaws.dynamodb.v20120810#ResourceInUseException"
        case limitExceeded = "com.amazonaws.dynamodb.v20120810#LimitExceededException"
        case throughputExceeded = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        case transactionCanceled = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
        case idempotentParameterMismatch = "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"
        case accessDenied = "com.amazon.coral.service#AccessDeniedException"
        case tableNotFound = "com.amazonaws.dynamodb.v20120810#TableNotFoundException"
        case tableAlreadyExists = "com.amazonaws.dynamodb.v20120810#TableAlreadyExistsException"
        case backupNotFound = "com.amazonaws.dynamodb.v20120810#BackupNotFoundException"
        case recoveryUnavailable = "com.amazonaws.dynamodb.v20120810#PointInTimeRecoveryUnavailableException"
        case policyNotFound = "com.amazonaws.dynamodb.v20120810#PolicyNotFoundException"
        case duplicateItem = "com.amazonaws.dynamodb.v20120810#DuplicateItemException"
        case expiredIterator = "com.amazonaws.dynamodb.v20120810#ExpiredIteratorException"
        case trimmedDataAccess = "com.amazonaws.dynamodb.v20120810#TrimmedDataAccessException"
        case internalServerError = "com.amazonaws.dynamodb.v20120810#InternalServerError"
    }

    var kind: Kind
    var message: String?
    var members: [(String, JSONValue)] = []

    static func validation(_ message: String) -> APIError { APIError(kind: .validation, message: message) }

    static func serialization(_ message: String?) -> APIError { APIError(kind: .serialization, message: message) }

    /// A validation error about what a parameter holds.
    static func invalid(_ reason: String) -> APIError {
        validation("One or more parameter values were invalid: " + reason)
    }

    static let tableNotFound = APIError(kind: .resourceNotFound, message: "Requested resource not found")

    static func tableNotFound(_ name: String) -> APIError {
        APIError(kind: .resourceNotFound, message: "Requested resource not found: Table: \(name) not found")
    }

    var response: DynamoDBResponse {
        var body: JSONObject = ["__type": .string(kind.rawValue)]
        for (name, value) in members { body[name] = value }
        if let message { body[messageName] = .string(message) }
        return DynamoDBResponse(
            status: kind == .internalServerError ? 500 : 400, body: JSONValue.object(body).compactBytes)
    }

    /// DynamoDB writes it with a capital where its framework or its newer parts made the error.
    private var messageName: String {
        switch kind {
        case .serialization, .transactionCanceled, .idempotentParameterMismatch: "Message"
        default: "message"
        }
    }
}
