import JSON
import Routing
import Time

// The way of an event from its bus to the targets.
extension EventBridgeService {
    /// Ours: buses that an event may cross. Buses that send to each other would keep an event going round for ever.
    static let hopsMax = 5

    /// Puts an event into the archives of a bus and sends it to the targets of the rules that match.
    ///
    /// - Throws: `DeliveryFailure` if an archive is full; the event is then nowhere.
    func publish(_ event: BusEvent, on bus: EventBus) throws(DeliveryFailure) {
        try archive(event, of: bus)
        host.trial?.consequences.notePublished(event, on: bus.name)
        for rule in bus.rules(matching: event) { send(event, by: rule) }
    }

    /// To the rules of a replay alone, or to all if it names none. What is replayed is not archived again.
    func replay(_ event: BusEvent, on bus: EventBus, onlyRules filter: Set<String>) {
        for rule in bus.rules(matching: event) where filter.isEmpty || filter.contains(rule.arn) {
            send(event, by: rule)
        }
    }

    func send(_ event: BusEvent, by rule: EventRule) {
        let context = RuleContext(ruleARN: rule.arn, ruleName: rule.name, ingestionTime: event.receivedAt)
        for target in rule.targets {
            if let bus = self.bus(arn: target.arn), forward(event, to: bus) { continue }
            var delivery = Delivery(payload: [], trace: event.trace, source: rule.arn)
            if target.arn.hasPrefix(EventBus.arn("")) {
                delivery.payload = (event.json["detail"] ?? [:]).compactBytes
                delivery.envelope = EventEnvelope(
                    source: event.source, detailType: event.detailType,
                    resources: event.json["resources"]?.array?.compactMap(\.string) ?? [])
            } else if case .event = target.input {
                delivery.payload = event.bytes
            } else {
                delivery.payload = Array(target.input.text(for: event.json, in: context).utf8)
            }
            delivery.messageGroupID = target.messageGroupID
            let now = host.clock.now
            deliveries.send(
                PendingDelivery(
                    id: host.identifiers.requestID(), targetARN: target.arn, delivery: delivery,
                    retries: target.retries, deadLetterARN: target.deadLetterARN,
                    letterAttributes: [("RULE_ARN", rule.arn)], letter: event.bytes, since: now, dueAt: now))
        }
    }

    /// To another bus, as it is.
    ///
    /// - Returns: false if the bus can't take it now.
    private func forward(_ event: BusEvent, to bus: EventBus) -> Bool {
        guard event.hops < Self.hopsMax else {
            host.log.note(
                "An event of \(event.source) has crossed \(Self.hopsMax) buses and goes no further than \(bus.arn).")
            return true
        }
        var event = event
        event.hops += 1
        do throws(DeliveryFailure) { try publish(event, on: bus) } catch { return false }
        host.traces.record(event.trace, "events", "→ event-bus/\(bus.name)", since: Traces.now())
        return true
    }

    // MARK: Events of other services

    /// - Note: A schedule or a service sends a detail with its envelope; a rule's dead letter has none.
    func accept(_ delivery: Delivery, for arn: String) throws(DeliveryFailure) {
        guard let bus = bus(arn: arn) else {
            throw DeliveryFailure(
                code: "ResourceNotFoundException", message: "Event bus \(EventBus.name(arn)) does not exist.",
                isTemporary: false)
        }
        guard let envelope = delivery.envelope, let detail = try? parseJSON(delivery.payload, limits: .details),
            detail.object != nil
        else {
            throw DeliveryFailure(code: "InvalidArgument", message: "Detail is malformed.", isTemporary: false)
        }
        let now = host.clock.now
        let event = BusEvent(
            id: host.identifiers.requestID(), source: envelope.source, detailType: envelope.detailType, time: now,
            resources: envelope.resources, detail: detail, trace: delivery.trace, receivedAt: now)
        try publish(event, on: bus)
    }
}
