import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services

/// Gives orders up that were not paid in time, and their pieces back to others (R50–R53); ``ReleaseRequest`` says how
/// it is called.
package struct ReleaseStockHandler: LambdaHandler {
    private static let name = "ReleaseStock"
    private let store: any ItemStore

    package init(store: any ItemStore) { self.store = store }

    /// Each message by itself: one that fails comes again alone.
    package func handle(_ event: SQSEvent, context: InvocationContext) async throws -> SQSBatchResponse {
        var failed: [String] = []
        var given = (orders: 0, pieces: 0)
        for record in event.records {
            do {
                guard let order = try await release(record, context) else { continue }
                given.orders += 1
                given.pieces += order.quote.lines.reduce(0) { $0 + $1.quantity }
            } catch {
                context.logger.error("An order could not be given up: \(error)")
                failed.append(record.messageId)
            }
        }
        context.count(
            ["OrdersReleased": given.orders, "PiecesReleased": given.pieces, "ReleasesFailed": failed.count],
            by: Self.name)
        return SQSBatchResponse(failedMessageIDs: failed)
    }

    /// - Returns: the order if it was given up, nil if there was nothing to do.
    private func release(_ record: SQSEvent.Record, _ context: InvocationContext) async throws -> Order? {
        let id = try record.body(as: ReleaseRequest.self).orderID
        // A transaction for each order of the batch.
        let requestID = derivedID("release", of: id, key: context.requestID)
        return try await retryingConflicts { attempt in
            let items = try await store.snapshot(of: [Order.key(id), Payment.key(of: id)])
            guard let orderItem = items[0], let paymentItem = items[1] else { return nil }
            let order = try Order(item: orderItem)
            switch decideRelease(of: (order, try Payment(item: paymentItem)), at: context.receivedAt) {
            case .notNeeded: return nil
            case .notDue: throw NotDueYet()
            case .givenUp(let writes):
                try await store.commit(writes, token: attempt.token(requestID))
                return order
            }
        }
    }
}

/// The message comes again after the queue's visibility timeout. Clocks differ by less than that.
private struct NotDueYet: Error, CustomStringConvertible {
    var description: String { "its time to pay is not over yet" }
}
