package import JSON

/// Sets single members of an event by dotted paths.
package enum EventEdit {
    /// - Parameter path: `requestContext.timeEpoch`; a step into a `body` that is JSON text goes into the parsed text.
    ///   Null removes the member.
    /// - Throws: `EmulatorError` naming the path if it leads through something that is no object.
    package static func set(_ path: String, to value: JSONValue, in event: JSONValue) throws(EmulatorError) -> JSONValue
    {
        try set(path.split(separator: ".").map(String.init)[...], to: value, in: event, whole: path)
    }

    private static func set(
        _ path: ArraySlice<String>, to value: JSONValue, in event: JSONValue, whole: String
    ) throws(EmulatorError) -> JSONValue {
        guard let name = path.first else { return value }
        if case .string(let text) = event, let parsed = try? parseJSON(text), case .object = parsed {
            return .string(try set(path, to: value, in: parsed, whole: whole).compactText)
        }
        guard var object = event.object ?? (event.isNull ? JSONObject() : nil) else {
            throw EmulatorError("`set: \(whole)` leads through something that is no object.")
        }
        if path.count == 1, value.isNull {
            object[name] = nil
        } else {
            object[name] = try set(path.dropFirst(), to: value, in: object[name] ?? .null, whole: whole)
        }
        return .object(object)
    }
}
