import JSON

/// A template of JSON, or of JSON texts one to a line, with `<variables>` inside of strings and in place of values.
struct InputTemplate: Sendable {
    enum Part: Hashable, Sendable {
        case text(String)
        case variable(String, isInString: Bool)
    }

    let parts: [Part]

    /// A template that stays none whatever its variables hold.
    struct Malformed: Error {
        let reason: String
    }

    init(_ text: String) throws(Malformed) {
        var reader = Reader(text)
        parts = try reader.parts()
        try Self.check(parts)
    }

    var variables: [String] {
        parts.compactMap { if case .variable(let name, _) = $0 { name } else { nil } }
    }

    /// - Parameter value: of a variable; nil if the event has none.
    func filled(by value: (String) -> JSONValue?) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .variable(let name, let isInString):
                text += isInString ? Self.inString(value(name)) : (value(name) ?? "").compactText
            }
        }
        return text
    }

    /// Strings go in as they are, unescaped; of anything else the quotation marks go. Nothing is empty.
    private static func inString(_ value: JSONValue?) -> String {
        switch value {
        case nil: ""
        case .string(let text)?: text
        case .some(let value): value.compactText.filter { $0 != "\"" }
        }
    }

    /// The template must be JSON with any value in the place of each variable.
    private static func check(_ parts: [Part]) throws(Malformed) {
        var text = ""
        for part in parts {
            switch part {
            case .text(let literal): text += literal
            case .variable(_, let isInString): text += isInString ? "" : "null"
            }
        }
        do throws(JSONSyntaxError) {
            _ = try parseJSON(text)
        } catch {
            let lines = text.split(separator: "\n")
            guard lines.count > 1, lines.allSatisfy({ (try? parseJSON(String($0))) != nil }) else {
                throw Malformed(reason: error.description)
            }
        }
    }

    private struct Reader {
        private let scalars: [Unicode.Scalar]
        private var position = 0
        private var literal = String.UnicodeScalarView()
        private var isInString = false
        private var stringHasVariable = false

        init(_ text: String) { scalars = Array(text.unicodeScalars) }

        mutating func parts() throws(Malformed) -> [Part] {
            var parts: [Part] = []
            while position < scalars.count {
                if let name = variable() {
                    if !literal.isEmpty { parts.append(.text(String(literal))) }
                    literal = String.UnicodeScalarView()
                    parts.append(.variable(name, isInString: isInString))
                    stringHasVariable = stringHasVariable || isInString
                } else {
                    try take()
                }
            }
            if !literal.isEmpty { parts.append(.text(String(literal))) }
            return parts
        }

        private mutating func take() throws(Malformed) {
            let scalar = scalars[position]
            literal.append(scalar)
            position += 1
            if isInString, scalar == "\\", position < scalars.count {
                literal.append(scalars[position])
                position += 1
            } else if scalar == "\"" {
                if isInString, stringHasVariable, isBeforeColon {
                    throw Malformed(reason: "a placeholder cannot be used as an object key")
                }
                isInString.toggle()
                stringHasVariable = false
            }
        }

        private var isBeforeColon: Bool {
            scalars[position...].first { $0.properties.isWhitespace == false } == ":"
        }

        /// Moves past `<name>`, if one is here.
        private mutating func variable() -> String? {
            guard scalars[position] == "<", let end = scalars[position...].firstIndex(of: ">") else { return nil }
            let name = scalars[(position + 1)..<end]
            guard !name.isEmpty, name.allSatisfy(InputTransformer.isNameScalar) else { return nil }
            position = end + 1
            var text = String.UnicodeScalarView()
            text.append(contentsOf: name)
            return String(text)
        }
    }
}
