import JSON
import Template

extension TemplateValue {
    /// As CloudFormation hands it on to a service: scalars are texts, but for those members that are numbers or
    /// booleans in the service's model.
    ///
    /// - Parameters:
    ///   - numbers: names of members, at any depth, that are whole numbers.
    ///   - documents: names of members that are JSON, which the service takes as a text.
    func serviceInput(numbers: Set<String>, documents: Set<String> = []) -> JSONValue {
        switch content {
        case .null: return .null
        case .text(let text, _): return .string(text)
        case .list(let elements):
            return .array(elements.map { $0.serviceInput(numbers: numbers, documents: documents) })
        case .map(let members):
            return .object(
                JSONObject(
                    members.map { member in
                        if documents.contains(member.name), member.value.text == nil, !member.value.isNull {
                            return (member.name, .string(member.value.json.compactText))
                        }
                        if numbers.contains(member.name), let number = member.value.text.flatMap({ Int($0) }) {
                            return (member.name, .number(JSONNumber(number)))
                        }
                        return (member.name, member.value.serviceInput(numbers: numbers, documents: documents))
                    }))
        }
    }
}

extension EmulatorError {
    static func duplicate(_ kind: String, _ name: String, _ position: SourcePosition) -> EmulatorError {
        EmulatorError("\(position): there is another \(kind) named \(name); rename one of them")
    }

    /// Carries out what a service may refuse, with the place of what the template asks for.
    ///
    /// - Parameter owner: who asks for it, a logical id.
    static func placing(
        _ position: SourcePosition, _ owner: String, _ body: () throws(ServiceFault) -> Void
    ) throws(EmulatorError) {
        do throws(ServiceFault) { try body() } catch {
            throw EmulatorError("\(position): \(owner): \(error.message)")
        }
    }
}
