import JSON
import Routing
import Time

/// Something on its way from a rule or a schedule to a target.
struct PendingDelivery {
    var id: String
    var targetARN: String
    var delivery: Delivery
    var retries: RetryPolicy
    /// A queue's.
    var deadLetterARN: String?
    /// Attributes of a dead letter besides those that tell of the error, and of its end.
    var letterAttributes: [(name: String, value: String)]
    /// The body of a dead letter; nil if it is what the target was sent.
    var letter: [UInt8]?
    /// What the attributes in a schedule's input stand for; nil for a rule's.
    var context: SchedulerContext?
    /// From which the age counts.
    var since: Timestamp
    /// That failed.
    var attempts = 0
    var dueAt: Timestamp

    /// What is sent now.
    var attempt: Delivery {
        guard var context else { return delivery }
        context.attemptNumber = attempts + 1
        var delivery = delivery
        delivery.payload = Array(context.filling(String(decoding: delivery.payload, as: UTF8.self)).utf8)
        return delivery
    }
}

// As it is kept while it waits.
extension PendingDelivery {
    var record: [UInt8] {
        var record: JSONObject = [
            "target": .string(targetARN), "payload": .string(String(decoding: delivery.payload, as: UTF8.self)),
            "trace": .string(delivery.trace), "source": .string(delivery.source),
            "retriesMax": .number(JSONNumber(retries.retriesMax)),
            "ageMax": .number(JSONNumber(Int(retries.ageMax.wholeMilliseconds / 1_000))),
            "attributes": .array(letterAttributes.map { [.string($0.name), .string($0.value)] }),
            "since": .number(JSONNumber(Int(since.milliseconds))), "attempts": .number(JSONNumber(attempts)),
            "due": .number(JSONNumber(Int(dueAt.milliseconds))),
        ]
        record["deadLetter"] = deadLetterARN.map { .string($0) }
        record["letter"] = letter.map { .string(String(decoding: $0, as: UTF8.self)) }
        record["group"] = delivery.messageGroupID.map { .string($0) }
        if let envelope = delivery.envelope {
            record["envelope"] = [
                "source": .string(envelope.source), "type": .string(envelope.detailType),
                "resources": .array(envelope.resources.map { .string($0) }),
            ]
        }
        if let context {
            record["schedule"] = [
                "arn": .string(context.scheduleARN), "execution": .string(context.executionID),
                "time": .number(JSONNumber(Int(context.scheduledTime.milliseconds))),
            ]
        }
        return JSONValue.object(record).compactBytes
    }

    init?(record: [UInt8], id: String) {
        func instant(_ value: JSONValue?) -> Timestamp? { value?.int.map { Timestamp(milliseconds: Int64($0)) } }
        guard let record = try? parseJSON(record), let target = record["target"]?.string,
            let payload = record["payload"]?.string, let trace = record["trace"]?.string,
            let source = record["source"]?.string, let retriesMax = record["retriesMax"]?.int,
            let ageMax = record["ageMax"]?.int, let attributes = record["attributes"]?.array,
            let since = instant(record["since"]), let attempts = record["attempts"]?.int,
            let due = instant(record["due"]),
            let retries = try? RetryPolicy(maximumRetryAttempts: retriesMax, maximumEventAgeInSeconds: ageMax)
        else { return nil }
        var delivery = Delivery(payload: Array(payload.utf8), trace: trace, source: source)
        delivery.messageGroupID = record["group"]?.string
        if let envelope = record["envelope"] {
            delivery.envelope = EventEnvelope(
                source: envelope["source"]?.string ?? "", detailType: envelope["type"]?.string ?? "",
                resources: envelope["resources"]?.array?.compactMap(\.string) ?? [])
        }
        self.init(
            id: id, targetARN: target, delivery: delivery, retries: retries,
            deadLetterARN: record["deadLetter"]?.string,
            letterAttributes: attributes.map { ($0[0]?.string ?? "", $0[1]?.string ?? "") },
            letter: record["letter"]?.string.map { Array($0.utf8) }, since: since, attempts: attempts, dueAt: due)
        if let schedule = record["schedule"], let time = instant(schedule["time"]) {
            context = SchedulerContext(
                scheduleARN: schedule["arn"]?.string ?? "", scheduledTime: time,
                executionID: schedule["execution"]?.string ?? "", attemptNumber: attempts + 1)
        }
    }
}
