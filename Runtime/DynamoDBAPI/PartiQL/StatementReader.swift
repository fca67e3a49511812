import Items
import JSON

/// What the parsers of statements have in common: the tokens, the parameters, paths and values.
struct StatementReader {
    private let tokens: [StatementToken]
    private var position = 0
    private let parameters: [JSONValue]
    private var usedParameters = 0
    private var depth = 0
    /// Lists, maps and parentheses within each other.
    private static let depthMax = 64

    init(_ statement: String, parameters: [JSONValue]) throws(StatementError) {
        tokens = try StatementLexer.tokens(statement)
        self.parameters = parameters
    }

    var next: StatementToken { tokens[position] }
    var following: StatementToken { tokens[min(position + 1, tokens.count - 1)] }
    var hasUnusedParameters: Bool { usedParameters < parameters.count }

    mutating func advance() { position = min(position + 1, tokens.count - 1) }

    func isNext(_ keyword: String) -> Bool {
        if case .word(let word) = next { word.uppercased() == keyword } else { false }
    }

    mutating func take(_ keyword: String) -> Bool {
        guard isNext(keyword) else { return false }
        advance()
        return true
    }

    mutating func takeSign(_ sign: String) -> Bool {
        guard next == .sign(sign) else { return false }
        advance()
        return true
    }

    mutating func expect(_ keyword: String) throws(StatementError) {
        guard take(keyword) else { throw unexpected("Expected \(keyword)") }
    }

    mutating func expectSign(_ sign: String) throws(StatementError) {
        guard takeSign(sign) else { throw unexpected("Expected \(sign)") }
    }

    func unexpected(_ reason: String) -> StatementError {
        let shown: String =
            switch next {
            case .word(let text), .quoted(let text), .text(let text), .number(let text), .sign(let text): text
            case .end: "end of statement"
            }
        return StatementError("\(reason), found \(shown)")
    }

    /// Guards what parses by recursion.
    mutating func nested<Value>(
        _ body: (inout StatementReader) throws(StatementError) -> Value
    ) throws(StatementError) -> Value {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { throw StatementError("Expression is nested too deeply") }
        return try body(&self)
    }

    mutating func name() throws(StatementError) -> String {
        switch next {
        case .word(let name), .quoted(let name):
            advance()
            return name
        default: throw unexpected("Expected identifier")
        }
    }

    mutating func path() throws(StatementError) -> StatementPath {
        var path = StatementPath(attribute: try name())
        while true {
            if takeSign(".") {
                path.steps.append(.name(try name()))
            } else if takeSign("[") {
                switch next {
                case .number(let text):
                    guard let index = Int(text) else { throw unexpected("Expected an index") }
                    path.steps.append(.index(index))
                case .text(let name): path.steps.append(.name(name))
                default: throw unexpected("Expected an index")
                }
                advance()
                try expectSign("]")
            } else {
                return path
            }
        }
    }

    /// Whether a value begins here.
    var isAtValue: Bool {
        switch next {
        case .text, .number, .sign("?"), .sign("["), .sign("{"), .sign("<<"), .sign("-"): true
        case .word(let word): ["TRUE", "FALSE", "NULL"].contains(word.uppercased())
        default: false
        }
    }

    mutating func value() throws(StatementError) -> JSONValue {
        let token = next
        advance()
        switch token {
        case .text(let text): return ["S": .string(text)]
        case .number(let text): return ["N": .string(text)]
        case .sign("-"):
            guard case .number(let text) = next else { throw unexpected("Expected a number") }
            advance()
            return ["N": .string("-" + text)]
        case .sign("?"):
            guard usedParameters < parameters.count else { throw Self.parameterMismatch }
            usedParameters += 1
            return parameters[usedParameters - 1]
        case .sign("["):
            return ["L": .array(try nested { reader throws(StatementError) in try reader.values(until: "]") })]
        case .sign("<<"): return try set()
        case .sign("{"): return try nested { reader throws(StatementError) in try reader.map() }
        case .word(let word) where word.uppercased() == "TRUE": return ["BOOL": true]
        case .word(let word) where word.uppercased() == "FALSE": return ["BOOL": false]
        case .word(let word) where word.uppercased() == "NULL": return ["NULL": true]
        default:
            position -= 1
            throw unexpected("Expected a value")
        }
    }

    static let parameterMismatch = StatementError("Number of parameters in request and statement don't match.")

    private mutating func values(until closing: String) throws(StatementError) -> [JSONValue] {
        var values: [JSONValue] = []
        guard !takeSign(closing) else { return values }
        repeat { values.append(try value()) } while takeSign(",")
        try expectSign(closing)
        return values
    }

    private mutating func map() throws(StatementError) -> JSONValue {
        var members = JSONObject()
        guard !takeSign("}") else { return ["M": .object(members)] }
        repeat {
            switch next {
            case .text(let name), .quoted(let name), .word(let name):
                advance()
                try expectSign(":")
                members[name] = try value()
            default: throw unexpected("Expected the name of an attribute")
            }
        } while takeSign(",")
        try expectSign("}")
        return ["M": .object(members)]
    }

    /// The type of a set is that of its first member.
    private mutating func set() throws(StatementError) -> JSONValue {
        let members = try nested { reader throws(StatementError) in try reader.values(until: ">>") }
        guard let type = members.first?.object?.keys.first, ["S", "N", "B"].contains(type) else {
            throw StatementError("A set holds strings, numbers or binaries, and at least one")
        }
        let contents = members.compactMap { $0[type] }
        guard contents.count == members.count else { throw StatementError("The members of a set are of one type") }
        return .object([type + "S": .array(contents)])
    }
}
