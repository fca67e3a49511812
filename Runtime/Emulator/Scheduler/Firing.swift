import JSON
import Routing
import Time

// Schedules whose time has come.
extension SchedulerService {
    /// Begins anew: after the schedule was made or changed.
    func reschedule(_ entry: ScheduleEntry) {
        // One before, for what was just made may run at once.
        entry.next = entry.definition.isEnabled ? entry.next(after: entry.modifiedAt - .milliseconds(1)) : nil
        keepNext(of: entry)
        setTimer(of: entry)
    }

    /// Waits for the next run.
    func setTimer(of entry: ScheduleEntry) {
        entry.timer?.cancel()
        entry.timer = entry.next.map { run in
            host.timers.schedule(at: run.invokedAt) { [self] in fire(entry, run) }
        }
    }

    /// What is sent and the next time go into the file together: no run is lost, and none comes twice.
    private func fire(_ entry: ScheduleEntry, _ run: Schedule.Occurrence) {
        entry.next = entry.next(after: run.scheduledAt)
        if entry.next == nil, entry.definition.deletesAfterCompletion {
            remove(entry)
        } else {
            keepNext(of: entry)
            setTimer(of: entry)
        }
        deliveries.send(pending(entry, run))
    }

    private func pending(_ entry: ScheduleEntry, _ run: Schedule.Occurrence) -> PendingDelivery {
        let target = entry.definition.target
        let now = host.clock.now
        let executionID = host.identifiers.token()
        let input = target.input ?? (target.envelope == nil ? event(of: entry, run) : "{}")
        var delivery = Delivery(
            payload: Array(input.utf8), trace: host.identifiers.traceID(at: now), source: entry.arn)
        delivery.messageGroupID = target.messageGroupID
        delivery.envelope = target.envelope.map {
            EventEnvelope(source: $0.source, detailType: $0.detailType, resources: [entry.arn])
        }
        let context = SchedulerContext(
            scheduleARN: entry.arn, scheduledTime: run.scheduledAt, executionID: executionID, attemptNumber: 1)
        return PendingDelivery(
            id: host.identifiers.requestID(), targetARN: target.arn, delivery: delivery, retries: target.retries,
            deadLetterARN: target.deadLetterARN,
            letterAttributes: [
                ("SCHEDULE_ARN", entry.arn), ("SCHEDULED_TIME", run.scheduledAt.textToSecond),
                ("EXECUTION_ID", executionID), ("IS_PAYLOAD_TRUNCATED", "false"),
            ], letter: nil, context: context, since: now, dueAt: now)
    }

    /// What a target gets without an Input of its own; its detail is a text, as observed on AWS.
    private func event(of entry: ScheduleEntry, _ run: Schedule.Occurrence) -> String {
        let event: JSONValue = [
            "version": "0", "id": .string(host.identifiers.requestID()), "detail-type": "Scheduled Event",
            "source": "aws.scheduler", "account": .string(LocalAccount.id),
            "time": .string(run.scheduledAt.textToSecond), "region": .string(LocalAccount.region),
            "resources": [.string(entry.arn)], "detail": "{}",
        ]
        return event.compactText
    }
}
