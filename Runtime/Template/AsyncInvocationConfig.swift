/// What becomes of a function's asynchronous invocations that fail, or succeed.
///
/// - Note: Source: AWS SAM Developer Guide, "EventInvokeConfiguration" and "DeadLetterQueue".
package struct AsyncInvocationConfig: Hashable, Sendable {
    /// 0...2.
    package var retriesMax = 2
    /// 60...21,600.
    package var ageSecondsMax = 21_600
    /// ARNs of a queue, a function or a bus.
    package var onSuccess: String?
    package var onFailure: String?
    /// The ARN of a queue.
    package var deadLetterQueue: String?

    private static let destinationTypes = ["SQS", "Lambda", "EventBridge"]

    package init(of function: FunctionResource) throws(TemplateError) {
        if let value = function.eventInvokeConfig {
            retriesMax = try value["MaximumRetryAttempts"]?.requireInteger("MaximumRetryAttempts", in: 0...2) ?? 2
            ageSecondsMax =
                try value["MaximumEventAgeInSeconds"]?.requireInteger("MaximumEventAgeInSeconds", in: 60...21_600)
                ?? 21_600
            onSuccess = try Self.destination(value["DestinationConfig"]?["OnSuccess"], "OnSuccess")
            onFailure = try Self.destination(value["DestinationConfig"]?["OnFailure"], "OnFailure")
        }
        _ = try function.properties["RecursiveLoop"]?.requireText("RecursiveLoop", oneOf: ["Allow", "Terminate"])
        if let value = function.deadLetterQueue {
            _ = try value.require("Type", of: "DeadLetterQueue").requireText("Type", oneOf: ["SQS"])
            deadLetterQueue = try value.require("TargetArn", of: "DeadLetterQueue").requireText("TargetArn")
        }
    }

    /// SAM would make a queue of its own for a destination without an ARN, which nobody could name.
    private static func destination(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> String? {
        guard let value else { return nil }
        _ = try value.require("Type", of: name).requireText("Type", oneOf: destinationTypes)
        return try value.require("Destination", of: name).requireText("Destination")
    }
}
