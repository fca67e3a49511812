import JSON
import Routing
import Time

/// What a schedule sends, and where.
///
/// - Note: Source: EventBridge Scheduler API Reference, Target.
struct ScheduleTarget {
    let arn: String
    /// Nil for the service's own event.
    let input: String?
    let retries: RetryPolicy
    let deadLetterARN: String?
    let messageGroupID: String?
    /// Of a bus.
    let envelope: (source: String, detailType: String)?
    /// With every default in its place.
    let json: JSONValue

    private static let arnConstraint = ModelInput.TextConstraint(lengths: 1...1_600)
    /// - Note: Source: EventBridge Scheduler User Guide, "Quotas": 256 KB.
    static let inputBytesMax = 262_144
    private static let properties: Set<String> = [
        "Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig", "SqsParameters", "EventBridgeParameters",
    ]

    init(_ value: ModelInput) throws(ServiceFault) {
        arn = try value.requireText("Arn", Self.arnConstraint)
        _ = try value.requireText("RoleArn", Self.arnConstraint)
        let service = try Self.service(of: arn)
        if let unknown = value.value.object?.first(where: { !Self.properties.contains($0.key) && !$0.value.isNull }) {
            throw .validation("The emulator does not act on \(unknown.key) of a schedule's target.")
        }
        input = try value.text("Input", ModelInput.TextConstraint(lengths: 1...Int.max))
        try Self.check(input, for: service)
        messageGroupID = try value.structure("SqsParameters")?
            .text("MessageGroupId", ModelInput.TextConstraint(lengths: 1...128))
        guard !arn.hasSuffix(".fifo") || messageGroupID != nil else {
            throw .validation("SqsParameters with a MessageGroupId must be specified for the FIFO queue \(arn).")
        }
        envelope = try Self.envelope(value.structure("EventBridgeParameters"), isNeeded: service == "events")
        retries = try RuleTarget.retries(value.structure("RetryPolicy"))
        deadLetterARN = try Self.deadLetterARN(value.structure("DeadLetterConfig"))
        var json = value.value.object ?? JSONObject()
        json["RetryPolicy"] = [
            "MaximumEventAgeInSeconds": .number(JSONNumber(Int(retries.ageMax.wholeMilliseconds / 1_000))),
            "MaximumRetryAttempts": .number(JSONNumber(retries.retriesMax)),
        ]
        self.json = .object(json)
    }

    /// `lambda`, `sqs` or `events`.
    private static func service(of arn: String) throws(ServiceFault) -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[2].isEmpty, !parts[5].isEmpty else {
            throw .validation("Provided Arn is not in correct format.")
        }
        guard !parts[5].hasPrefix("aws-sdk:") else {
            throw .validation(
                "The emulator does not stand in for universal targets such as \(arn): use a function, a queue or a bus."
            )
        }
        guard ["lambda", "sqs", "events"].contains(parts[2]) else {
            throw .validation("The emulator sends schedules to functions, queues and buses, not to \(arn).")
        }
        return String(parts[2])
    }

    /// Functions and buses take JSON alone, once the context attributes are filled in.
    private static func check(_ input: String?, for service: String) throws(ServiceFault) {
        guard let input else { return }
        guard input.utf8.count <= inputBytesMax else {
            throw .validation("The Input of a target must have \(inputBytesMax) bytes at most.")
        }
        guard service != "sqs" else { return }
        let context = SchedulerContext(
            scheduleARN: "", scheduledTime: Timestamp(milliseconds: 0), executionID: "0", attemptNumber: 1)
        guard let value = try? parseJSON(context.filling(input), limits: .details),
            service == "lambda" || value.object != nil
        else { throw .validation("Provided Input is not valid JSON for the target.") }
    }

    private static func envelope(
        _ value: ModelInput?, isNeeded: Bool
    ) throws(ServiceFault) -> (source: String, detailType: String)? {
        guard let value else {
            guard !isNeeded else { throw .validation("EventBridgeParameters must be specified for an event bus.") }
            return nil
        }
        let source = try value.requireText(
            "Source",
            ModelInput.TextConstraint(
                lengths: 1...256,
                pattern:
                    "(?=[/\\.\\-_A-Za-z0-9]+)((?!aws\\.).*)|(\\$(\\.[\\w_-]+(\\[(\\d+|\\*)\\])*)*)",
                isAllowed: { !$0.hasPrefix("aws.") }))
        return (source, try value.requireText("DetailType", ModelInput.TextConstraint(lengths: 1...128)))
    }

    /// A standard queue's.
    private static func deadLetterARN(_ value: ModelInput?) throws(ServiceFault) -> String? {
        try value?.text(
            "Arn",
            ModelInput.TextConstraint(
                lengths: 1...1_600, pattern: "arn:aws[a-z-]*:sqs:[a-z0-9\\-]+:\\d{12}:[a-zA-Z0-9\\-_]+",
                isAllowed: { $0.hasPrefix("arn:aws:sqs:") && !$0.hasSuffix(".fifo") }))
    }
}
