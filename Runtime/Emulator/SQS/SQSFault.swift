import JSON
import NIOHTTP1

/// SQS's errors. They have one name in the JSON protocol and another one in the older query protocol, which clients
/// still show.
///
/// - Note: Source: Amazon SQS API Reference, "Common errors" and those of each action.
extension ServiceFault {
    static func invalidParameter(_ message: String) -> ServiceFault {
        ServiceFault(code: "InvalidParameterValueException", message: message)
    }

    static func invalidParameter(_ value: String, _ name: String, reason: String) -> ServiceFault {
        .invalidParameter("Value \(value) for parameter \(name) is invalid. Reason: \(reason)")
    }

    static func missingParameter(_ name: String) -> ServiceFault {
        ServiceFault(
            code: "MissingRequiredParameterException", message: "The request must contain the parameter \(name).")
    }

    static func serialization(_ message: String) -> ServiceFault {
        ServiceFault(code: "SerializationException", message: message)
    }

    static let queueUnknown = ServiceFault(
        code: "QueueDoesNotExist", message: "The specified queue does not exist.")

    static func attributeUnknown(_ name: String) -> ServiceFault {
        ServiceFault(code: "InvalidAttributeName", message: "Unknown Attribute \(name).")
    }

    static func attributeInvalid(_ name: String) -> ServiceFault {
        ServiceFault(code: "InvalidAttributeValue", message: "Invalid value for the parameter \(name).")
    }

    static func receiptHandleInvalid(_ handle: String) -> ServiceFault {
        ServiceFault(
            code: "ReceiptHandleIsInvalid",
            message: "The input receipt handle \"\(handle)\" is not a valid receipt handle.")
    }

    static func resourceUnknown(_ message: String) -> ServiceFault {
        ServiceFault(code: "ResourceNotFoundException", message: message)
    }

    /// The code in the query protocol.
    var queryCode: String {
        switch code {
        case "InvalidParameterValueException": "InvalidParameterValue"
        case "MissingRequiredParameterException": "MissingParameter"
        case "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue"
        case "QueueNameExists": "QueueAlreadyExists"
        case "UnknownOperationException": "InvalidAction"
        case "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidBatchEntryId",
            "MessageNotInflight", "PurgeQueueInProgress", "QueueDeletedRecently", "TooManyEntriesInBatchRequest",
            "UnsupportedOperation":
            "AWS.SimpleQueueService.\(code)"
        default: code
        }
    }
}
