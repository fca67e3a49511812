package import JSON

/// Makes the input of a target from parts of an event.
///
/// A variable in place of a value becomes JSON: a string with its quotation marks, and `""` where the event has
/// nothing. Within a string it becomes text: unescaped, objects and arrays without their quotation marks, nothing
/// where the event has nothing.
///
/// - Note: Sources: EventBridge User Guide, "Amazon EventBridge input transformation"; API Reference,
///   InputTransformer; what AWS delivers was recorded by LocalStack's tests.
package struct InputTransformer: Sendable {
    private let paths: [String: InputPath]
    private let template: InputTemplate

    package static let pathsMax = 100
    package static let nameBytesMax = 256
    package static let templateCharactersMax = 8_192

    /// - Parameters:
    ///   - paths: a path of the event by name: 1...256 letters, digits, `_` and `-`, not beginning with `AWS.`
    ///   - template: 1...8192 characters of JSON, or lines of it, with `<names>`.
    ///   - targetID: for the messages.
    package init(paths: [String: String], template: String, targetID: String) throws(TargetInputError) {
        guard paths.count <= Self.pathsMax else { throw .tooManyPaths(target: targetID) }
        var parsed: [String: InputPath] = [:]
        for (name, text) in paths.sorted(by: { $0.key < $1.key }) {
            guard (1...Self.nameBytesMax).contains(name.utf8.count), name.unicodeScalars.allSatisfy(Self.isKeyScalar)
            else { throw .invalidPathName(name, target: targetID) }
            guard let path = InputPath(text) else { throw .invalidPath(text, target: targetID) }
            parsed[name] = path
        }
        guard (1...Self.templateCharactersMax).contains(template.utf16.count) else {
            throw .invalidTemplate(
                reason: "it must have 1 to \(Self.templateCharactersMax) characters", target: targetID)
        }
        do throws(InputTemplate.Malformed) {
            self.template = try InputTemplate(template)
        } catch {
            throw .invalidTemplate(reason: error.reason, target: targetID)
        }
        for name in self.template.variables where parsed[name] == nil && !Self.reservedNames.contains(name) {
            throw .unknownPlaceholder(name, target: targetID)
        }
        self.paths = parsed
    }

    private static let reservedNames: Set<String> = [
        "aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time", "aws.events.event",
        "aws.events.event.json",
    ]

    private static func isKeyScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-")
    }

    static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool { isKeyScalar(scalar) || scalar == "." }

    package func input(for event: JSONValue, in context: RuleContext) -> String {
        template.filled { name in
            if let path = paths[name] { return path.value(in: event) }
            return switch name {
            case "aws.events.rule-arn": .string(context.ruleARN)
            case "aws.events.rule-name": .string(context.ruleName)
            case "aws.events.event.ingestion-time": .string(context.ingestionTime.textToSecond)
            case "aws.events.event": Self.withoutDetail(event)
            default: event
            }
        }
    }

    /// The event less its detail, its type under the name that AWS gives it here.
    private static func withoutDetail(_ event: JSONValue) -> JSONValue {
        guard case .object(let object) = event else { return event }
        return .object(
            JSONObject(
                object.filter { $0.key != "detail" }
                    .map { ($0.key == "detail-type" ? "detailType" : $0.key, $0.value) }))
    }
}
