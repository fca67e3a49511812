import Expressions
import ItemDB
import Items
import JSON

// What the database's failures are on the wire.

extension APIError {
    static func of(_ failure: ReadFailure) -> APIError {
        switch failure {
        case .key(let failure): of(failure)
        case .storage(let error): APIError(kind: .internalServerError, message: error.description)
        }
    }

    /// - Parameter returnsItem: whether the item that did not meet the condition is shown.
    static func of(_ failure: WriteFailure, returnsItem: Bool = false) -> APIError {
        switch failure {
        case .mutation(let failure): of(failure, returnsItem: returnsItem)
        case .cancelled: APIError(kind: .internalServerError, message: "Transaction cancelled")
        case .tokenReused:
            APIError(
                kind: .idempotentParameterMismatch,
                message: "The request uses the same client token as a previous, but non-identical request.")
        case .noSuchTable: .tableNotFound
        case .tableExists(let name): APIError(kind: .resourceInUse, message: "Table already exists: \(name)")
        case .noSuchIndex(let name): .validation("The table does not have the specified index: \(name)")
        case .indexExists(let name): .invalid("Duplicate index name: \(name)")
        case .throttled:
            APIError(
                kind: .throughputExceeded,
                message: "The level of configured provisioned throughput for the table was exceeded. Consider "
                    + "increasing your provisioning level with the UpdateTable API.")
        case .storage(let error): APIError(kind: .internalServerError, message: error.description)
        }
    }

    static func of(_ failure: MutationFailure, returnsItem: Bool) -> APIError {
        switch failure {
        case .conditionFailed(let stored):
            var error = APIError(kind: .conditionalCheckFailed, message: "The conditional request failed")
            if returnsItem, let stored { error.members.append(("Item", stored.item.dynamoDBJSON)) }
            return error
        case .rejected(let error): return .validation(error.message)
        case .indexKey(let failure): return of(failure)
        case .tooLarge: return .validation("Item size to update has exceeded the maximum allowed size")
        }
    }

    static func of(_ failure: KeyFailure) -> APIError {
        guard let index = failure.index else { return KeyChecks.mismatch }
        do throws(APIError) {
            switch failure.reason {
            case .missing: return KeyChecks.mismatch
            case .wrongType(let value):
                try KeyChecks.check(value, indexKey: failure.attribute, isSort: failure.isSort, index)
            case .empty:
                // Only updates get here: whole items are checked before they are written.
                return .validation(
                    "One or more parameter values are not valid. The update expression attempted to update a secondary "
                        + "index key to a value that is not supported. The AttributeValue for a key attribute cannot "
                        + "contain an empty \(failure.attribute.type == .binary ? "binary" : "string") value.")
            case .tooLong:
                return .invalid(
                    failure.isSort
                        ? "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
                        : "Size of hashkey has exceeded the maximum size limit of2048 bytes")
            }
            return KeyChecks.mismatch
        } catch { return error }
    }
}
