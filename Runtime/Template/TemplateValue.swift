/// A part of the template with its intrinsic functions evaluated. It keeps where it was written.
package struct TemplateValue: Hashable, Sendable {
    package var position: SourcePosition
    package var content: Content

    package indirect enum Content: Hashable, Sendable {
        case null
        /// `isPlain` if it stood without quotes, so that `1` and `true` may be a number and a boolean.
        case text(String, isPlain: Bool)
        case list([TemplateValue])
        case map([TemplateMember])
    }

    init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
    }

    /// A scalar's text, numbers and booleans included.
    package var text: String? { if case .text(let text, _) = content { text } else { nil } }
    package var list: [TemplateValue]? { if case .list(let elements) = content { elements } else { nil } }
    package var map: [TemplateMember]? { if case .map(let members) = content { members } else { nil } }
    package var isNull: Bool { if case .null = content { true } else { false } }

    package subscript(_ name: String) -> TemplateValue? { map?.first { $0.name == name }?.value }

    /// What this is, for messages.
    package var kindName: String {
        switch content {
        case .null: "nothing"
        case .text: "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

/// A key and its value.
package struct TemplateMember: Hashable, Sendable {
    package var name: String
    /// Of the key.
    package var position: SourcePosition
    package var value: TemplateValue
}

// Reading with a check. `name` is what the messages call the value.
extension TemplateValue {
    package func requireText(_ name: String) throws(TemplateError) -> String {
        if let text { return text }
        throw TemplateError("\(name) must be a text, not \(kindName)", at: position)
    }

    package func requireList(_ name: String) throws(TemplateError) -> [TemplateValue] {
        if let list { return list }
        throw TemplateError("\(name) must be a list, not \(kindName)", at: position)
    }

    package func requireMap(_ name: String) throws(TemplateError) -> [TemplateMember] {
        if let map { return map }
        throw TemplateError("\(name) must be a map, not \(kindName)", at: position)
    }

    package func requireInteger(_ name: String, in range: ClosedRange<Int>) throws(TemplateError) -> Int {
        if let text, let value = Int(text), range.contains(value) { return value }
        throw TemplateError(
            "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(text ?? kindName)",
            at: position)
    }

    package func requireBoolean(_ name: String) throws(TemplateError) -> Bool {
        switch text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: throw TemplateError("\(name) must be true or false, not \(text ?? kindName)", at: position)
        }
    }

    package func requireText(_ name: String, oneOf choices: [String]) throws(TemplateError) -> String {
        let text = try requireText(name)
        if choices.contains(text) { return text }
        throw TemplateError("\(name) must be one of \(choices.joined(separator: ", ")), not \(text)", at: position)
    }

    /// The member of that name.
    package func require(_ member: String, of name: String) throws(TemplateError) -> TemplateValue {
        let members = try requireMap(name)
        if let value = members.first(where: { $0.name == member })?.value, !value.isNull { return value }
        throw TemplateError("\(name) needs the property \(member)", at: position)
    }
}
