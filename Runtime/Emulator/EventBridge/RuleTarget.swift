import JSON
import Routing

/// Where a rule sends the events that it matches, and what it makes of them.
///
/// - Note: Source: EventBridge API Reference, Target.
struct RuleTarget {
    /// As it was put and is listed.
    let json: JSONValue
    let id: String
    let arn: String
    let input: TargetInput
    let retries: RetryPolicy
    let deadLetterARN: String?
    let messageGroupID: String?

    private static let idConstraint = ModelInput.TextConstraint.name(
        1...64, signs: ".-_", pattern: "[\\.\\-_A-Za-z0-9]+")
    private static let arnConstraint = ModelInput.TextConstraint(lengths: 1...1_600)
    /// Of a target's properties, those that are acted on; `RoleArn` is needed by no target that is here.
    private static let properties: Set<String> = [
        "Id", "Arn", "RoleArn", "Input", "InputPath", "InputTransformer", "SqsParameters", "DeadLetterConfig",
        "RetryPolicy",
    ]
    /// By their names in ARNs.
    private static let services: Set<String> = ["lambda", "sqs", "events"]

    init(_ value: ModelInput) throws(ServiceFault) {
        json = value.value
        id = try value.requireText("Id", Self.idConstraint)
        arn = try value.requireText("Arn", Self.arnConstraint)
        if let unknown = value.value.object?.keys.first(where: { !Self.properties.contains($0) }) {
            throw .validation("The emulator does not act on \(unknown) of target \(id).")
        }
        try Self.check(arn, target: id)
        messageGroupID = try value.structure("SqsParameters")?
            .text("MessageGroupId", ModelInput.TextConstraint(lengths: 0...100))
        if arn.hasSuffix(".fifo"), messageGroupID == nil {
            throw .validation("Parameter(s) SqsParameters must be specified for target: \(id).")
        }
        input = try Self.input(value, target: id)
        retries = try Self.retries(value.structure("RetryPolicy"))
        deadLetterARN = try Self.deadLetterARN(value.structure("DeadLetterConfig"), target: id)
    }

    private static func check(_ arn: String, target: String) throws(ServiceFault) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[2].isEmpty, !parts[5].isEmpty else {
            throw .validation("Parameter \(arn) is not valid. Reason: Provided Arn is not in correct format.")
        }
        guard services.contains(String(parts[2])) else {
            throw .validation(
                "Target \(target): the emulator sends events to functions, queues and buses, not to \(arn).")
        }
    }

    private static func input(_ value: ModelInput, target: String) throws(ServiceFault) -> TargetInput {
        let transformer = try value.structure("InputTransformer")
        var paths: [String: String] = [:]
        for (name, path) in try transformer?.structure("InputPathsMap")?.value.object ?? JSONObject() {
            guard let text = path.string else { throw .serialization("InputPathsMap must be a map of strings.") }
            paths[name] = text
        }
        let template = try transformer?.requireText("InputTemplate")
        let input = try value.text("Input")
        let inputPath = try value.text("InputPath")
        do throws(TargetInputError) {
            return try TargetInput(
                input: input, inputPath: inputPath, transformer: template.map { (paths, $0) }, targetID: target)
        } catch {
            throw .validation(error.description)
        }
    }

    static func retries(_ value: ModelInput?) throws(ServiceFault) -> RetryPolicy {
        let attempts = try value?.integer("MaximumRetryAttempts", in: 0...185)
        let age = try value?.integer("MaximumEventAgeInSeconds", in: 60...86_400)
        do throws(RetryPolicyError) {
            return try RetryPolicy(maximumRetryAttempts: attempts ?? 185, maximumEventAgeInSeconds: age ?? 86_400)
        } catch {
            throw .validation(error.description)
        }
    }

    /// A standard queue's.
    private static func deadLetterARN(_ value: ModelInput?, target: String) throws(ServiceFault) -> String? {
        guard let arn = try value?.text("Arn", arnConstraint) else { return nil }
        guard arn.hasPrefix("arn:aws:sqs:"), !arn.hasSuffix(".fifo") else {
            throw .validation(
                "Parameter \(arn) is not valid. Reason: Dead-letter queue of target \(target) must be a standard SQS queue."
            )
        }
        return arn
    }
}
