/// The functions that make texts and lists.
///
/// - Note: Source: AWS CloudFormation User Guide, "Intrinsic function reference".
extension Resolver {
    func join(_ argument: SourceNode, at position: SourcePosition) throws(TemplateError) -> String {
        let parts = try arguments(argument, .join, 2...2)
        let separator = try text(parts[0], "!Join begins with the text to put between")
        guard let list = try resolve(parts[1]), let elements = list.list else {
            throw TemplateError("!Join joins a list", at: parts[1].position)
        }
        var texts: [String] = []
        for element in elements { texts.append(try element.requireText("an element that !Join joins")) }
        return texts.joined(separator: separator)
    }

    func select(_ argument: SourceNode, at position: SourcePosition) throws(TemplateError) -> TemplateValue {
        let parts = try arguments(argument, .select, 2...2)
        let place = try text(parts[0], "!Select begins with a whole number")
        guard let list = try resolve(parts[1]), let elements = list.list else {
            throw TemplateError("!Select selects from a list", at: parts[1].position)
        }
        guard let index = Int(place), elements.indices.contains(index) else {
            throw TemplateError(
                "!Select can't take element \(place) of a list of \(elements.count); the first is 0",
                at: parts[0].position)
        }
        return TemplateValue(elements[index].content, at: position)
    }

    func split(_ argument: SourceNode, at position: SourcePosition) throws(TemplateError) -> TemplateValue {
        let parts = try arguments(argument, .split, 2...2)
        let separator = try text(parts[0], "!Split begins with the text that separates")
        guard !separator.isEmpty else {
            throw TemplateError("!Split needs a separator that is not empty", at: parts[0].position)
        }
        var rest = try text(parts[1], "!Split splits a text")[...]
        var elements: [TemplateValue] = []
        func append(_ part: Substring) {
            elements.append(TemplateValue(.text(String(part), isPlain: false), at: position))
        }
        while let range = rest.firstRange(of: separator) {
            append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        append(rest)
        return TemplateValue(.list(elements), at: position)
    }

    func findInMap(_ argument: SourceNode, at position: SourcePosition) throws(TemplateError) -> TemplateValue {
        let parts = try arguments(argument, .findInMap, 3...3)
        var node = document.mappings
        var path = ""
        for part in parts {
            let name = try text(part, "!FindInMap takes texts")
            let known = node?.members?.map(\.name) ?? []
            guard let next = node?[name] else {
                let place = path.isEmpty ? "the section Mappings" : "the mapping \(path)"
                throw TemplateError("\(place) has no \(name)\(suggestion(for: name, among: known))", at: part.position)
            }
            path += path.isEmpty ? name : "." + name
            node = next
        }
        guard let node, let value = try resolve(node), value.text != nil || value.list != nil else {
            throw TemplateError("the mapping \(path) must be a text or a list", at: node?.position ?? position)
        }
        return TemplateValue(value.content, at: position)
    }

    /// `!Sub text` or `!Sub [text, {name: value}]`.
    func substitute(_ argument: SourceNode, at position: SourcePosition) throws(TemplateError) -> String {
        var (pattern, variables): (SourceNode, [SourceMember]) = (argument, [])
        if argument.elements != nil {
            let parts = try arguments(argument, .sub, 2...2)
            guard let members = parts[1].members else {
                throw TemplateError("the second part of !Sub is a map of names and values", at: parts[1].position)
            }
            (pattern, variables) = (parts[0], members)
        }
        guard case .scalar(let text, _) = pattern.content else {
            throw TemplateError("!Sub takes a text, not \(pattern.kindName)", at: pattern.position)
        }
        var (result, rest) = ("", text[...])
        var used: Set<String> = []
        while let opening = rest.firstRange(of: "${"), let closing = rest[opening.upperBound...].firstIndex(of: "}") {
            result += rest[..<opening.lowerBound]
            let name = String(rest[opening.upperBound..<closing])
            rest = rest[rest.index(after: closing)...]
            if name.hasPrefix("!") {
                // `${!Name}` stands for the text `${Name}`.
                result += "${" + name.dropFirst() + "}"
            } else if let variable = variables.first(where: { $0.name == name }) {
                used.insert(name)
                result += try self.text(variable.value, "the value of ${\(name)} must be a text")
            } else {
                result += try placeholder(name, at: pattern.position)
            }
        }
        if let unused = variables.first(where: { !used.contains($0.name) }) {
            throw TemplateError(
                "the text of !Sub has no ${\(unused.name)}; remove it from the map", at: unused.position)
        }
        return result + rest
    }

    /// What `${Name}` or `${Resource.Attribute}` stands for.
    private func placeholder(_ name: String, at position: SourcePosition) throws(TemplateError) -> String {
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        guard isName else {
            throw TemplateError(
                "${\(name)} can't be a name in !Sub; write ${!\(name)} for the text itself", at: position)
        }
        let value: TemplateValue?
        if let dot = name.firstIndex(of: ".") {
            value = try attribute(
                String(name[..<dot]), String(name[name.index(after: dot)...]), form: "${\(name)}", at: position)
        } else {
            value = try reference(name, form: "${\(name)}", at: position)
        }
        guard let text = value?.text else {
            throw TemplateError("${\(name)} must be a text, not \(value?.kindName ?? "AWS::NoValue")", at: position)
        }
        return text
    }

    /// - Note: Source: RFC 4648, section 4.
    static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for place in 0..<4 {
                result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return result
    }
}
