import Domain
package import Events
import Handling
import Items
import JSON
package import LambdaRuntime
package import Services
import Time

/// Delivers a share of a message: reads a page of its recipients, stores the message in each inbox, then pushes it to
/// each of the user's connections (R17–R20). The rest of the share goes on as one of its own, so that each is done long
/// before the function's time is over, and one that fails is soon taken up again.
///
/// The inbox holds at most one copy, whatever is delivered twice. A push comes at most once, after its copy was stored:
/// one that is lost on the way is in the inbox, which the app fetches when it connects.
package struct DeliverMessageHandler: LambdaHandler {
    private let store: any ItemStore
    private let queue: any MessageQueue
    private let connections: any Connections

    package init(store: any ItemStore, queue: any MessageQueue, connections: any Connections) {
        self.store = store
        self.queue = queue
        self.connections = connections
    }

    package func handle(_ event: SQSEvent, context: InvocationContext) async throws -> SQSBatchResponse {
        var failed: [String] = []
        for record in event.records {
            do {
                try await deliver(
                    try record.body(as: MessageShare.self), as: record.messageId + context.requestID, context)
            } catch {
                // The others have nothing to do with it.
                context.logger.error("a share of a message is not delivered: \(error)")
                failed.append(record.messageId)
            }
        }
        return SQSBatchResponse(failedMessageIDs: failed)
    }

    /// - Parameter deliveryID: another for each share of each invocation, though they be the same share.
    private func deliver(
        _ share: MessageShare, as deliveryID: String, _ context: InvocationContext
    ) async throws {
        guard (0..<share.kind.shards).contains(share.shard) else { throw MalformedItem("share of a message", "shard") }
        let content: MessageContent
        switch try await self.content(of: share, at: context.receivedAt) {
        case .success(let found): content = found
        case .failure(let void):
            context.count(["Void.\(void.rawValue)": 1], by: "DeliverMessage")
            return
        }
        let recipients = Recipients(of: share)
        var counts = DeliveryCounts()
        defer { counts.emit(share.kind, context) }
        let page = try await store.query(
            ItemQuery(
                recipients.table, partition: recipients.partition, filter: recipients.filter,
                limit: Recipients.pageUsersMax,
                after: share.after.map {
                    ItemCursor(key: ItemKey(recipients.table, recipients.partition, $0).attributes)
                }))
        let userIDs = page.items.compactMap { item in passingOver(context) { try Recipients.userID(of: item) } }
        for userID in try await interested(userIDs, in: content, context) {
            try await deliver(content, to: userID, among: recipients, as: deliveryID, &counts, context)
        }
        guard let next = page.next else { return }
        var rest = share
        rest.after = next.key[ItemKey.sortName]?.string
        try await queue.send([QueueMessage(body: try encodeText(rest))])
    }

    /// What the message says, read when it is sent: a voting that was moved, cancelled or closed says nothing.
    private func content(
        of share: MessageShare, at now: Timestamp
    ) async throws -> Result<MessageContent, MessageVoid> {
        let moment: VotingMoment
        switch share.kind {
        case .update:
            let update = try await store.read(Update.self, at: Update.key(share.reference))
            return Result { () throws(MessageVoid) in try decideContent(of: update, at: now) }
        case .reminder: moment = .reminder
        case .alert: moment = .alert
        }
        let voting = try await store.read(Voting.self, at: Voting.key(share.reference))
        return Result { () throws(MessageVoid) in
            try decideContent(moment, of: voting, version: share.version, at: now)
        }
    }

    /// Without those who do not want to see paid votings, if a reminder concerns one (R6). Who registered to one is
    /// alerted.
    private func interested(
        _ userIDs: [String], in content: MessageContent, _ context: InvocationContext
    ) async throws -> [String] {
        guard content.kind == .reminder, content.concernsPaidVoting, !userIDs.isEmpty else { return userIDs }
        let profiles = try await store.items(at: userIDs.map { VotingFilter.key(of: $0) })
        var interested: [String] = []
        for (userID, profile) in zip(userIDs, profiles) {
            let filter = passingOver(context) { try profile.map { try VotingFilter(item: $0) } ?? VotingFilter() }
            if filter?.showsPaid ?? false { interested.append(userID) }
        }
        return interested
    }

    /// Nil for an item that is none of ours, which holds up nobody else.
    private func passingOver<Value>(_ context: InvocationContext, _ read: () throws -> Value) -> Value? {
        do {
            return try read()
        } catch {
            context.logger.error("a recipient is passed over: \(error)")
            context.count(["RecipientsMalformed": 1], by: "DeliverMessage")
            return nil
        }
    }

    private func deliver(
        _ content: MessageContent, to userID: String, among recipients: Recipients, as deliveryID: String,
        _ counts: inout DeliveryCounts, _ context: InvocationContext
    ) async throws {
        let message = InboxMessage(userID: userID, content: content, sentAt: context.receivedAt)
        switch try await store(message, among: recipients, as: deliveryID) {
        case .alreadySent: counts.alreadySent += 1
        case .notWanted: counts.notWanted += 1
        case .stored:
            counts.stored += 1
            await push(message, &counts, context)
        }
    }

    private func store(
        _ message: InboxMessage, among recipients: Recipients, as deliveryID: String
    ) async throws(ServiceError) -> InboxOutcome {
        // The same share twice in a batch says the same: under one token, the second would look as if it had stored it.
        let token = derivedID("inbox", of: message.userID, key: message.id + deliveryID)
        do throws(ServiceError) {
            try await store.commit(inboxWrites(message, among: recipients), token: token)
            return .stored
        } catch .conflict(let stored) {
            return inboxOutcome(ofConflict: stored)
        }
    }

    /// What can't be pushed is in the inbox: no reason to send anything again.
    private func push(_ message: InboxMessage, _ counts: inout DeliveryCounts, _ context: InvocationContext) async {
        do {
            let connections = try await store.connections(of: message.userID)
            let body: JSONValue = ["type": "message", "message": .object(message.json)]
            for connection in connections where connection.isCurrent(at: context.receivedAt) {
                await push(body.compactText, to: connection, &counts, context)
            }
        } catch {
            counts.notPushed += 1
            context.logger.warn("a message is not pushed: \(error)")
        }
    }

    private func push(
        _ text: String, to connection: ClientConnection, _ counts: inout DeliveryCounts, _ context: InvocationContext
    ) async {
        do throws(ServiceError) {
            switch try await connections.post(text, to: connection.connectionID) {
            case .sent: counts.pushed += 1
            case .gone where connection.isOpening(at: context.receivedAt): counts.notPushed += 1
            case .gone:
                counts.gone += 1
                _ = try await store.remove(connection)
            }
        } catch {
            // The user's other connections have nothing to do with it.
            counts.notPushed += 1
            context.logger.warn("a message is not pushed: \(error)")
        }
    }
}

/// What became of a share.
struct DeliveryCounts {
    var stored = 0
    var alreadySent = 0
    var notWanted = 0
    var pushed = 0
    var notPushed = 0
    var gone = 0

    func emit(_ kind: MessageKind, _ context: InvocationContext) {
        context.count(
            [
                "MessagesSent": stored, "Sent.\(kind.rawValue)": stored, "AlreadySent": alreadySent,
                "NotWanted": notWanted, "Pushed": pushed, "NotPushed": notPushed,
                "ConnectionsGone": gone,
            ], by: "DeliverMessage")
    }
}
