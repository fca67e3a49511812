package import JSON

/// What a rule sends to a target: the event, a constant, a part of the event, or what is made of it.
package enum TargetInput: Sendable {
    case event
    case constant(String)
    case part(InputPath)
    case transformed(InputTransformer)

    /// By the three properties of a target, of which one at most is set.
    ///
    /// - Parameter transformer: `InputPathsMap` and `InputTemplate`.
    package init(
        input: String? = nil, inputPath: String? = nil, transformer: (paths: [String: String], template: String)? = nil,
        targetID: String
    ) throws(TargetInputError) {
        switch (input, inputPath, transformer) {
        case (nil, nil, nil): self = .event
        case (let input?, nil, nil):
            guard (try? parseJSON(input)) != nil else { throw .invalidInput(target: targetID) }
            self = .constant(input)
        case (nil, let text?, nil):
            guard let path = InputPath(text) else { throw .invalidPath(text, target: targetID) }
            self = .part(path)
        case (nil, nil, let transformer?):
            self = .transformed(
                try InputTransformer(paths: transformer.paths, template: transformer.template, targetID: targetID))
        default: throw .severalInputs(target: targetID)
        }
    }

    /// The text that the target gets. Of a part that the event does not have, `null`.
    package func text(for event: JSONValue, in context: RuleContext) -> String {
        switch self {
        case .event: event.compactText
        case .constant(let text): text
        case .part(let path): (path.value(in: event) ?? .null).compactText
        case .transformed(let transformer): transformer.input(for: event, in: context)
        }
    }
}

/// A target's input that PutTargets refuses. Names are those of the target.
package enum TargetInputError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidInput(target: String)
    case invalidPath(String, target: String)
    case invalidPathName(String, target: String)
    case tooManyPaths(target: String)
    case invalidTemplate(reason: String, target: String)
    case unknownPlaceholder(String, target: String)
    case severalInputs(target: String)

    package var description: String {
        switch self {
        case .invalidInput(let target): "JSON syntax error in input for target \(target)."
        case .invalidPath(let path, let target): "Invalid JSON path \(path) for target \(target)."
        case .invalidPathName(let name, let target):
            "Invalid InputPathsMap key \(name) for target \(target): use letters, digits, _ and -."
        case .tooManyPaths(let target):
            "InputPathsMap for target \(target) has more than \(InputTransformer.pathsMax) entries."
        case .invalidTemplate(let reason, let target): "Invalid InputTemplate for target \(target) : \(reason)."
        case .unknownPlaceholder(let name, let target):
            "InputTemplate for target \(target) contains invalid placeholder \(name)."
        case .severalInputs(let target):
            "Only one of Input, InputPath, or InputTransformer must be provided for target \(target)."
        }
    }
}
