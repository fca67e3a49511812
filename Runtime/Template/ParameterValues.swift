/// What each parameter's value is: an override, else the local value in the template's metadata, else the default.
struct ParameterValues {
    let texts: [String: String]
    let declarations: [String: ParameterDeclaration]

    init(
        _ document: TemplateDocument, overrides: [String: String], context: TemplateContext
    ) throws(TemplateError) {
        declarations = Dictionary(uniqueKeysWithValues: document.parameters.map { ($0.name, $0) })
        for name in overrides.keys.sorted() where declarations[name] == nil {
            throw TemplateError(
                "the template has no parameter \(name)\(suggestion(for: name, among: declarations.keys))", at: nil)
        }
        let local = try Self.localValues(document, context: context)
        for value in local where declarations[value.name] == nil {
            throw TemplateError(
                "the template has no parameter \(value.name)" + suggestion(for: value.name, among: declarations.keys),
                at: value.position)
        }
        var texts: [String: String] = [:]
        for declaration in document.parameters {
            let given = local.first { $0.name == declaration.name }
            texts[declaration.name] = try Self.value(declaration, override: overrides[declaration.name], local: given)
        }
        self.texts = texts
    }

    private struct LocalValue {
        let name: String
        let position: SourcePosition
        let text: String
    }

    private static func value(
        _ declaration: ParameterDeclaration, override: String?, local: LocalValue?
    ) throws(TemplateError) -> String {
        if let override {
            try declaration.check(override, at: nil)
            return override
        }
        if let local {
            try declaration.check(local.text, at: local.position)
            return local.text
        }
        let name = declaration.name
        let remedy = "give it one on the command line or under Metadata: Emulator: Parameters"
        if declaration.kind == .storedInSSM {
            throw TemplateError(
                "the value of the parameter \(name) is kept in AWS Systems Manager, which the emulator can't ask; "
                    + remedy, at: declaration.position)
        }
        guard let node = declaration.defaultValue, let text = node.text else {
            throw TemplateError("the parameter \(name) has no value; \(remedy)", at: declaration.position)
        }
        try declaration.check(text, at: node.position)
        return text
    }

    /// `Metadata: Emulator: Parameters:`, where `${Endpoint}` stands for the emulator's address.
    private static func localValues(
        _ document: TemplateDocument, context: TemplateContext
    ) throws(TemplateError) -> [LocalValue] {
        guard let emulator = document.metadata?["Emulator"], !emulator.isNull else { return [] }
        guard let members = emulator.members else {
            throw TemplateError("Metadata: Emulator must be a map, not \(emulator.kindName)", at: emulator.position)
        }
        for member in members where !["Parameters", "Audit"].contains(member.name) {
            throw TemplateError(
                "Metadata: Emulator knows Parameters and Audit, not \(member.name)", at: member.position)
        }
        guard let parameters = emulator["Parameters"], !parameters.isNull else { return [] }
        guard let values = parameters.members else {
            throw TemplateError("Parameters must be a map, not \(parameters.kindName)", at: parameters.position)
        }
        var local: [LocalValue] = []
        for member in values {
            guard let text = member.value.text else {
                throw TemplateError(
                    "the local value of \(member.name) must be a text, not \(member.value.kindName)",
                    at: member.value.position)
            }
            local.append(
                LocalValue(
                    name: member.name, position: member.value.position,
                    text: replacing("${Endpoint}", with: context.endpoint, in: text)))
        }
        return local
    }

    private static func replacing(_ placeholder: String, with value: String, in text: String) -> String {
        var (result, rest) = ("", text[...])
        while let range = rest.firstRange(of: placeholder) {
            result += rest[..<range.lowerBound] + value
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
