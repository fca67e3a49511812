/// What the parsers share: the tokens, the place in them, and the paths and placeholders met so far.
struct ExpressionReader {
    let kind: ExpressionKind
    private let bytes: [UInt8]
    private let tokens: [Token]
    private var position = 0

    private(set) var paths: [PathSyntax] = []
    /// In order of first appearance; an operand refers to them by index.
    private(set) var valuePlaceholders: [String] = []
    private(set) var namePlaceholders: [String] = []
    private(set) var operators = 0
    /// The first of each kind of complaint; the parsers' callers raise them in DynamoDB's order once the syntax is
    /// known to be right.
    var unknownFunction: String?
    var misusedFunction: String?
    /// A function that other kinds of expression have.
    var misplacedFunction: String?
    var reservedWord: String?
    var hasRedundantParentheses = false
    private var limitReason: String?

    /// - Throws: if the text is empty or too long.
    init(_ text: String, kind: ExpressionKind) throws(ExpressionError) {
        self.kind = kind
        bytes = Array(text.utf8)
        guard !bytes.isEmpty else { throw kind.error("The expression can not be empty;") }
        guard bytes.count <= ExpressionLimit.sizeBytesMax else {
            throw kind.error(
                "Expression size has exceeded the maximum allowed size; expression size: \(bytes.count)")
        }
        tokens = Lexer.tokens(of: bytes)
    }

    var next: Token { tokens[position] }
    var following: Token { tokens[min(position + 1, tokens.count - 1)] }

    func text(_ token: Token) -> String { String(decoding: bytes[token.start..<token.end], as: UTF8.self) }

    @discardableResult
    mutating func advance() -> Token {
        let token = tokens[position]
        if position < tokens.count - 1 { position += 1 }
        return token
    }

    mutating func takeIf(_ kind: Token.Kind) -> Bool {
        guard next.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(ExpressionError) -> Token {
        guard next.kind == kind else { throw syntaxError() }
        return advance()
    }

    /// The complaint about the next token. What is near begins with the token before and ends with the token after.
    func syntaxError() -> ExpressionError {
        let token = next
        let start = position > 0 ? tokens[position - 1].start : token.start
        let near = String(decoding: bytes[start..<following.end], as: UTF8.self)
        return kind.error("Syntax error; token: \"\(token.kind == .end ? "<EOF>" : text(token))\", near: \"\(near)\"")
    }

    /// Whether the next token is this keyword, written in any case. `keyword` is in capitals.
    func isNext(keyword: String) -> Bool {
        guard next.kind == .identifier, next.end - next.start == keyword.utf8.count else { return false }
        return zip(bytes[next.start..<next.end], keyword.utf8).allSatisfy { $0 & 0xDF == $1 }
    }

    mutating func countOperator() {
        operators += 1
    }

    mutating func slot(forValue placeholder: String) -> Int {
        if let slot = valuePlaceholders.firstIndex(of: placeholder) { return slot }
        valuePlaceholders.append(placeholder)
        return valuePlaceholders.count - 1
    }

    mutating func slot(for path: PathSyntax) -> Int {
        if path.parts.count > ExpressionLimit.pathElementsMax {
            limitReason =
                limitReason ?? "The document path has too many nesting levels; nesting levels: \(path.parts.count)"
        }
        paths.append(path)
        return paths.count - 1
    }

    mutating func parsePath() throws(ExpressionError) -> PathSyntax {
        var path = PathSyntax(parts: [try parseName()])
        try extend(&path)
        return path
    }

    /// Takes the `.member` and `[index]` parts that follow.
    mutating func extend(_ path: inout PathSyntax) throws(ExpressionError) {
        while true {
            if takeIf(.dot) {
                path.parts.append(try parseName())
            } else if takeIf(.leftBracket) {
                let digits = text(try expect(.digits))
                let index = Int(digits).flatMap { $0 <= ExpressionLimit.listIndexMax ? $0 : nil }
                if index == nil {
                    limitReason = limitReason ?? "List index is not within the allowable range; index: [\(digits)]"
                }
                path.parts.append(.index(index ?? 0))
                _ = try expect(.rightBracket)
            } else {
                return
            }
        }
    }

    private mutating func parseName() throws(ExpressionError) -> PathSyntax.Part {
        switch next.kind {
        case .identifier where !isKeyword:
            let name = text(advance())
            if reservedWord == nil, ReservedWords.contains(name) { reservedWord = name }
            return .name(name)
        case .namePlaceholder:
            let placeholder = text(advance())
            if !namePlaceholders.contains(placeholder) { namePlaceholders.append(placeholder) }
            return .placeholder(placeholder)
        default: throw syntaxError()
        }
    }

    /// Whether the next token is a word of the grammar itself, so that it can't be a name.
    var isKeyword: Bool {
        switch kind {
        case .condition, .filter, .keyCondition:
            ["AND", "OR", "NOT", "BETWEEN", "IN"].contains { isNext(keyword: $0) }
        case .update: ["SET", "REMOVE", "ADD", "DELETE"].contains { isNext(keyword: $0) }
        case .projection: false
        }
    }

    /// Raises what was found besides the syntax, in DynamoDB's order.
    func checkWords() throws(ExpressionError) {
        if hasRedundantParentheses { throw kind.error("The expression has redundant parentheses;") }
        if operators > ExpressionLimit.operatorsMax {
            throw kind.error(
                "The expression contains too many operators; operator count: \(ExpressionLimit.operatorsMax + 1)")
        }
        if kind == .update, let reservedWord { throw Self.reserved(reservedWord, kind) }
        if let unknownFunction { throw kind.error("Invalid function name; function: \(unknownFunction)") }
        if let misplacedFunction {
            let place = kind == .update ? "an update" : kind == .condition ? "a condition" : "a filter"
            throw kind.error("The function is not allowed in \(place) expression; function: \(misplacedFunction)")
        }
        if let misusedFunction {
            throw kind.error(
                "The function is not allowed to be used this way in an expression; function: \(misusedFunction)")
        }
        if let reservedWord { throw Self.reserved(reservedWord, kind) }
        if let limitReason { throw kind.error(limitReason) }
    }

    private static func reserved(_ word: String, _ kind: ExpressionKind) -> ExpressionError {
        kind.error("Attribute name is a reserved keyword; reserved keyword: \(word)")
    }
}
