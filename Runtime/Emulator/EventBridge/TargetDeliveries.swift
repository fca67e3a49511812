import Routing
import Time

/// Sends to targets: at once, then again while a target fails in a way that may pass, and at last to the dead letters.
///
/// - Note: Sources: EventBridge User Guide, "How EventBridge retries delivering events" and "Using dead-letter queues
///   to process undelivered events"; Scheduler User Guide, "Configuring a schedule's dead-letter queue".
final class TargetDeliveries {
    /// Ours: deliveries that wait for another attempt. Those past it are given up at once.
    static let waitingMax = 100_000
    private static let errorMessageBytesMax = 1_024

    private let host: ServiceHost
    private let kind: String
    private let errorCode: (DeliveryFailure) -> String
    private var waitingCount = 0

    /// - Parameters:
    ///   - kind: of the journal's records.
    ///   - errorCode: what the service calls a failure in its dead letters.
    init(host: ServiceHost, kind: String, errorCode: @escaping (DeliveryFailure) -> String) {
        self.host = host
        self.kind = kind
        self.errorCode = errorCode
    }

    /// Takes up what an earlier run left. To be called when everything is there that can be sent to.
    func resume() throws(EmulatorError) {
        for (key, value) in try host.journal.load(kind) {
            guard let pending = PendingDelivery(record: value, id: key) else {
                throw EmulatorError("The kept delivery \(key) can't be read.")
            }
            wait(for: pending)
        }
    }

    /// Sends for the first time.
    func send(_ pending: PendingDelivery) { attempt(pending, isKept: false) }

    private func wait(for pending: PendingDelivery) {
        waitingCount += 1
        host.timers.schedule(at: pending.dueAt) { [self] in
            waitingCount -= 1
            attempt(pending, isKept: true)
        }
    }

    /// - Parameter isKept: whether there is a record of it.
    private func attempt(_ pending: PendingDelivery, isKept: Bool) {
        do throws(DeliveryFailure) {
            try host.targets.deliver(pending.attempt, to: pending.targetARN)
        } catch {
            return failed(pending, isKept: isKept, error)
        }
        if isKept { host.journal.remove(kind, pending.id) }
    }

    private func failed(_ pending: PendingDelivery, isKept: Bool, _ failure: DeliveryFailure) {
        var pending = pending
        pending.attempts += 1
        var limit: RetryLimit?
        if failure.isTemporary, waitingCount < Self.waitingMax {
            let decision = pending.retries.decide(
                failures: pending.attempts, since: pending.since, at: host.clock.now, seed: pending.id.stableHash)
            switch decision {
            case .retry(let due):
                pending.dueAt = due
                host.journal.put(kind, pending.id, pending.record)
                return wait(for: pending)
            case .giveUp(let reason): limit = reason
            }
        }
        if isKept { host.journal.remove(kind, pending.id) }
        bury(pending, failure, limit)
    }

    private func bury(_ pending: PendingDelivery, _ failure: DeliveryFailure, _ limit: RetryLimit?) {
        host.log.note("\(pending.delivery.source) could not send to \(pending.targetARN): \(failure.message)")
        guard let deadLetterARN = pending.deadLetterARN else { return }
        var attributes = pending.letterAttributes
        let message = failure.message.utf8.prefix(Self.errorMessageBytesMax)
        attributes += [
            ("TARGET_ARN", pending.targetARN), ("ERROR_CODE", errorCode(failure)),
            ("ERROR_MESSAGE", String(decoding: message, as: UTF8.self)),
            ("RETRY_ATTEMPTS", String(pending.attempts - 1)),
        ]
        if let limit { attributes.append(("EXHAUSTED_RETRY_CONDITION", limit.eventBridgeName)) }
        var last = pending
        last.attempts -= 1
        let letter = Delivery(
            payload: pending.letter ?? last.attempt.payload, trace: pending.delivery.trace,
            source: pending.delivery.source, messageAttributes: attributes)
        do throws(DeliveryFailure) {
            try host.targets.deliver(letter, to: deadLetterARN)
        } catch {
            // As on AWS, where only a metric tells of it.
            host.log.note("\(pending.delivery.source) could not bury in \(deadLetterARN): \(error.message)")
        }
    }
}
