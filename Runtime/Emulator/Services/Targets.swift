/// Something on its way to a function, a queue or a bus.
struct Delivery {
    /// The function's event; a queue's message body; the detail of an event for a bus.
    var payload: [UInt8]
    /// `X-Amzn-Trace-Id` of what caused it.
    var trace: String
    /// The ARN of the rule, schedule, bucket or function that sends it.
    var source: String
    /// For FIFO queues.
    var messageGroupID: String?
    var messageDeduplicationID: String?
    /// Text attributes of a queue's message.
    var messageAttributes: [(name: String, value: String)] = []
    /// For buses, which take nothing without it.
    var envelope: EventEnvelope?
}

/// What stands around an event's detail on a bus.
struct EventEnvelope: Hashable {
    /// Such as `aws.s3`.
    var source: String
    var detailType: String
    /// ARNs.
    var resources: [String] = []
}

/// Why a delivery was not taken.
struct DeliveryFailure: Error {
    /// As the senders report it, such as `RESOURCE_NOT_FOUND`'s exception name.
    var code: String
    var message: String
    /// Whether it may be taken later.
    var isTemporary: Bool
}

/// A service whose resources can be sent to.
protocol DeliveryTarget: AnyObject {
    /// Takes the delivery over: it is kept with the journal's next commit.
    func accept(_ delivery: Delivery, for arn: String) throws(DeliveryFailure)
}

/// Where things can be sent to, by ARN.
final class Targets {
    /// By the service's name in an ARN.
    private var services: [String: any DeliveryTarget] = [:]
    private let traces: Traces
    private let disturbance: Disturbance?

    init(traces: Traces, disturbance: Disturbance? = nil) {
        self.traces = traces
        self.disturbance = disturbance
    }

    /// - Parameter service: its name in an ARN, such as `sqs`.
    func register(_ service: String, _ target: any DeliveryTarget) { services[service] = target }

    func deliver(_ delivery: Delivery, to arn: String) throws(DeliveryFailure) {
        guard let service = Self.service(of: arn), let target = services[service] else {
            throw DeliveryFailure(
                code: "ResourceNotFoundException", message: "Nothing here takes what is sent to \(arn).",
                isTemporary: false)
        }
        // A function's invocations are repeated where they run.
        let count = service == "lambda" ? 1 : disturbance?.deliveryCount() ?? 1
        for _ in 0..<count { try target.accept(delivery, for: arn) }
        let resource = arn.split(separator: ":", maxSplits: 5).last.map { String($0) } ?? arn
        traces.record(delivery.trace, service, "→ \(resource)", since: Traces.now())
    }

    func canDeliver(to arn: String) -> Bool { Self.service(of: arn).map { services[$0] != nil } ?? false }

    private static func service(of arn: String) -> String? {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        return parts.count == 6 && parts[0] == "arn" ? String(parts[2]) : nil
    }
}
