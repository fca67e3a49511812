import JSON
import Template

extension TemplateValue {
    /// As a service takes it: plain numbers and booleans are such, everything else in a scalar is text.
    var json: JSONValue {
        switch content {
        case .null: .null
        case .list(let elements): .array(elements.map(\.json))
        case .map(let members): .object(JSONObject(members.map { ($0.name, $0.value.json) }))
        case .text(let text, isPlain: false): .string(text)
        case .text("true", isPlain: true): true
        case .text("false", isPlain: true): false
        case .text(let text, isPlain: true): JSONNumber(text: text).map(JSONValue.number) ?? .string(text)
        }
    }
}
