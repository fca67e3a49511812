package import JSON

/// What an event must hold for a rule to send it on. Compiled once, then asked for each event.
///
/// - Note: Sources: EventBridge User Guide, "Comparison operators for use in event patterns"; the README and rule
///   compiler of aws/event-ruler, the library that EventBridge matches with.
package struct EventPattern: Sendable {
    /// The pattern with every `$or` multiplied out: an event matches if one of these does.
    let alternatives: [PatternTree]

    /// Characters, as UTF-16 counts them: EventBridge API Reference, PutRule.
    package static let charactersMax = 4_096
    /// EventBridge User Guide, "Or matching".
    package static let alternativesMax = 1_000

    /// - Parameter text: the JSON of the pattern.
    /// - Throws: ``EventPatternError`` with the reason that PutRule gives.
    package init(parsing text: String) throws(EventPatternError) {
        try self.init(parsing: text, operators: .eventBus)
    }

    init(parsing text: String, operators: MatchOperators) throws(EventPatternError) {
        guard text.utf16.count <= Self.charactersMax else { throw .tooLong(text) }
        let value: JSONValue
        do {
            value = try parseJSON(text)
        } catch {
            throw .invalid(reason: error.description)
        }
        do {
            alternatives = try PatternCompiler.alternatives(of: value, operators: operators)
        } catch {
            throw .invalid(reason: error.text)
        }
    }

    /// Whether the event matches. Fields that the pattern does not name are not looked at.
    ///
    /// Two fields below one array must match in the same element of it; a field that must not exist must be in none.
    package func matches(_ event: JSONValue) -> Bool { alternatives.contains { $0.matches(event) } }
}

/// A pattern that is refused.
package enum EventPatternError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalid(reason: String)
    case tooLong(String)

    /// AWS's name of the error.
    package var code: String {
        switch self {
        case .invalid: "InvalidEventPatternException"
        case .tooLong: "ValidationException"
        }
    }

    /// In AWS's words, but for where in the text the reason lies.
    package var description: String {
        switch self {
        case .invalid(let reason): "Event pattern is not valid. Reason: \(reason)"
        case .tooLong(let text):
            "1 validation error detected: Value '\(text)' at 'eventPattern' failed to satisfy constraint: Member must "
                + "have length less than or equal to \(EventPattern.charactersMax)"
        }
    }
}
