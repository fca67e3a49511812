package import Items
import JSON
package import Services

extension DynamoDBStore {
    package func commit(_ writes: [ItemWrite], token: String) async throws(ServiceError) {
        precondition(writes.count <= Self.writesMax, "at most 100 writes at once")
        guard let first = writes.first else { return }
        if writes.count == 1, let operation = first.operation {
            try await write(operation, try singleRequest(first), isTransaction: false, count: 1)
        } else {
            try await write(
                "TransactWriteItems", try transactionRequest(writes, token: token), isTransaction: true,
                count: writes.count)
        }
    }

    /// Sends a write until its outcome is known, as often as the policy allows.
    ///
    /// A transaction whose answer was lost is sent again at once: its token makes that the same transaction. A single
    /// write is not, as nothing tells DynamoDB that it is the same.
    private func write(
        _ operation: String, _ body: [UInt8], isTransaction: Bool, count: Int
    ) async throws(ServiceError) {
        // Whether a try before this one may have been carried out.
        var mayBeDone: String?
        var attempt = 1
        while true {
            let error: ServiceError
            switch endpoint.call(operation, body) {
            case .success: return
            case .refused("ConditionalCheckFailedException", let answer):
                // The item that is in the way may be the one that the try before wrote.
                if let mayBeDone { throw .unknownOutcome("\(operation): \(mayBeDone)") }
                throw .conflict(stored: [try answer["Item"].map(Self.item)])
            case .refused("TransactionCanceledException", let answer):
                error = try cancellation(answer, count: count)
            case .refused(let name, let answer): throw .rejection(operation, name, answer)
            case .busy: error = .throttled
            case .failed(let why):
                mayBeDone = why
                error = .unknownOutcome(why)
            case .lost(let why):
                guard isTransaction else { throw .unknownOutcome("\(operation): \(why)") }
                mayBeDone = why
                error = .unknownOutcome(why)
            case .unreached(let why): error = .unavailable("\(operation): \(why)")
            }
            guard await retries.goesOn(after: attempt) else {
                if let mayBeDone { throw .unknownOutcome("\(operation): \(mayBeDone)") }
                throw error
            }
            attempt += 1
        }
    }

    /// What a cancelled transaction means: throws what waiting does not mend, returns what it may.
    private func cancellation(_ answer: JSONValue, count: Int) throws(ServiceError) -> ServiceError {
        let reasons = answer["CancellationReasons"]?.array ?? []
        let codes = Self.cancellationCodes(answer)
        if codes.contains("ConditionalCheckFailed") {
            var stored = [Item?](repeating: nil, count: count)
            for (index, reason) in reasons.enumerated() where index < count {
                if codes[index] == "ConditionalCheckFailed" { stored[index] = try reason["Item"].map(Self.item) }
            }
            throw .conflict(stored: stored)
        }
        let other = codes.enumerated().first {
            $0.element != Self.noReason && !Self.passingCodes.contains($0.element)
        }
        guard other == nil, !codes.isEmpty else {
            let message = other.flatMap { reasons[$0.offset]["Message"]?.string } ?? ""
            throw .rejected(
                "TransactWriteItems: write \(other?.offset ?? 0): \(other?.element ?? "cancelled"): \(message)")
        }
        return .throttled
    }

    private func singleRequest(_ write: ItemWrite) throws(ServiceError) -> [UInt8] {
        let table = try physical(write.table)
        var request = RequestWriter()
        request.object { write.writeMembers(table: table, into: &$0) }
        return request.bytes
    }

    private func transactionRequest(_ writes: [ItemWrite], token: String) throws(ServiceError) -> [UInt8] {
        var tables: [String] = []
        for write in writes { tables.append(try physical(write.table)) }
        var request = RequestWriter()
        request.object {
            $0.name("TransactItems")
            $0.array {
                for (write, table) in zip(writes, tables) {
                    $0.object {
                        $0.name(write.transactionAction)
                        $0.object { write.writeMembers(table: table, into: &$0) }
                    }
                }
            }
            $0.member("ClientRequestToken", token)
        }
        return request.bytes
    }
}

extension ItemWrite {
    /// nil: a check is no operation of its own, only a part of a transaction.
    fileprivate var operation: String? {
        switch self {
        case .put: "PutItem"
        case .update: "UpdateItem"
        case .delete: "DeleteItem"
        case .check: nil
        }
    }

    fileprivate var transactionAction: String {
        switch self {
        case .put: "Put"
        case .update: "Update"
        case .delete: "Delete"
        case .check: "ConditionCheck"
        }
    }

    fileprivate var table: TableName {
        switch self {
        case .put(_, let table, _): table
        case .update(let key, _, _), .delete(let key, _), .check(let key, _): key.table
        }
    }

    /// The members of the operation, the same alone and in a transaction.
    fileprivate func writeMembers(table: String, into request: inout RequestWriter) {
        request.member("TableName", table)
        var expressions = ExpressionWriter()
        let condition: Condition?
        switch self {
        case .put(let item, _, let required):
            request.member("Item", item)
            condition = required
        case .update(let key, let updates, let required):
            request.member("Key", key.attributes)
            if !updates.isEmpty { request.member("UpdateExpression", expressions.update(updates)) }
            condition = required
        case .delete(let key, let required):
            request.member("Key", key.attributes)
            condition = required
        case .check(let key, let required):
            request.member("Key", key.attributes)
            condition = required
        }
        if let condition {
            request.member("ConditionExpression", expressions.condition(condition))
            request.member("ReturnValuesOnConditionCheckFailure", "ALL_OLD")
        }
        expressions.writePlaceholders(into: &request)
    }
}
