import JSON

/// An error as Lambda's caller sees it.
///
/// - Note: Source: AWS Lambda Developer Guide, "Using the Lambda runtime API", Invocation error.
package struct FunctionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package var errorType: String
    package var errorMessage: String

    package init(errorType: String, errorMessage: String) {
        self.errorType = errorType
        self.errorMessage = errorMessage
    }

    /// Describes any error. Its own description is trusted to be fit for logs; without one only the name of the type
    /// and of the case is told, as associated values may hold what a user typed.
    package init(describing error: any Error) {
        if let failure = error as? FunctionFailure {
            self = failure
            return
        }
        let name = String(describing: type(of: error))
        errorType = name
        if let described = error as? any CustomStringConvertible {
            errorMessage = described.description
            return
        }
        let mirror = Mirror(reflecting: error)
        guard mirror.displayStyle == .enum else {
            errorMessage = name
            return
        }
        // A case without values is its own description.
        errorMessage = "\(name).\(mirror.children.first?.label ?? "\(error)")"
    }

    package var description: String { "\(errorType): \(errorMessage)" }

    var body: [UInt8] {
        JSONValue.object([
            "errorType": .string(errorType), "errorMessage": .string(errorMessage),
            // Part of the shape; a Swift error carries no trace.
            "stackTrace": [],
        ]).compactBytes
    }

    /// The form `category.reason` that Lambda's telemetry takes.
    var headers: [(name: String, value: String)] {
        let hasCategory = errorType.hasPrefix("Function.") || errorType.hasPrefix("Runtime.")
        // A type's name may be generic or hold any letter; a header line holds ASCII.
        let reason = String(errorType.unicodeScalars.filter { $0.isASCII && ($0.properties.isAlphabetic || $0 == ".") })
        return [
            ("Content-Type", "application/json"),
            (Self.typeHeader, hasCategory ? reason : "Function.\(reason)"),
        ]
    }

    static let typeHeader = "Lambda-Runtime-Function-Error-Type"
}
