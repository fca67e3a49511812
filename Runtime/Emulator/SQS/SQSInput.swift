import JSON

/// The parameters of a call, with their types checked.
struct SQSInput {
    let value: JSONValue

    subscript(_ name: String) -> JSONValue? {
        guard let member = value[name], !member.isNull else { return nil }
        return member
    }

    func text(_ name: String) throws(ServiceFault) -> String? {
        guard let member = self[name] else { return nil }
        guard let text = member.string else { throw .serialization("\(name) must be a string.") }
        return text
    }

    func requireText(_ name: String) throws(ServiceFault) -> String {
        guard let text = try text(name), !text.isEmpty else { throw .missingParameter(name) }
        return text
    }

    /// - Parameter reason: what is said of a number out of range.
    func integer(_ name: String, in range: ClosedRange<Int>, reason: String) throws(ServiceFault) -> Int? {
        guard let member = self[name] else { return nil }
        guard let number = member.int else { throw .serialization("\(name) must be a whole number.") }
        guard range.contains(number) else { throw .invalidParameter(String(number), name, reason: reason) }
        return number
    }

    func texts(_ name: String) throws(ServiceFault) -> [String] {
        guard let member = self[name] else { return [] }
        guard let texts = member.array?.compactMap(\.string), texts.count == member.array?.count else {
            throw .serialization("\(name) must be a list of strings.")
        }
        return texts
    }

    func map(_ name: String) throws(ServiceFault) -> [String: String] {
        guard let member = self[name] else { return [:] }
        guard let object = member.object else { throw .serialization("\(name) must be a map.") }
        var map: [String: String] = [:]
        for (key, value) in object {
            guard let text = value.string else { throw .serialization("The values of \(name) must be strings.") }
            map[key] = text
        }
        return map
    }
}
