import JSON
import Routing
import Time

// Rules that make events of their own at set times.
extension EventBridgeService {
    /// Begins anew: after the schedule was set or changed, or the rule was switched on or off.
    func reschedule(_ rule: EventRule) {
        rule.nextDue = rule.settings.isEnabled ? next(of: rule, after: host.clock.now) : nil
        keepDue(of: rule)
        setTimer(of: rule)
    }

    /// Waits for what is due next.
    func setTimer(of rule: EventRule) {
        rule.timer?.cancel()
        rule.timer = rule.nextDue.map { due in
            host.timers.schedule(at: due) { [self] in fire(rule, due: due) }
        }
    }

    /// The event and the next time go into the file together: neither is lost, and none comes twice.
    private func fire(_ rule: EventRule, due: Timestamp) {
        rule.nextDue = next(of: rule, after: due)
        keepDue(of: rule)
        setTimer(of: rule)
        let event = BusEvent(
            id: host.identifiers.requestID(), source: "aws.events", detailType: "Scheduled Event", time: due,
            resources: [rule.arn], detail: [:], trace: host.identifiers.traceID(at: due), receivedAt: due)
        send(event, by: rule)
    }

    private func next(of rule: EventRule, after instant: Timestamp) -> Timestamp? {
        rule.schedule?.next(after: instant, anchor: rule.anchor)
    }
}
