/// One token of an expression, by its UTF-8 offsets.
struct Token: Equatable {
    enum Kind: Equatable {
        /// A letter, then letters, digits and underscores; keywords are told apart by the parsers.
        case identifier
        /// `#name`
        case namePlaceholder
        /// `:value`
        case valuePlaceholder
        case digits
        case leftParenthesis, rightParenthesis, leftBracket, rightBracket
        case comma, dot, plus, minus
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        /// A character that no expression may hold.
        case stray
        case end
    }

    var kind: Kind
    var start: Int
    var end: Int
}

/// Splits an expression into tokens. Never fails: what it does not know becomes a stray token, which every parser
/// refuses with its place.
struct Lexer {
    private let bytes: [UInt8]
    private var position = 0

    /// The tokens, the last of them `.end`.
    static func tokens(of bytes: [UInt8]) -> [Token] {
        var lexer = Lexer(bytes)
        var tokens: [Token] = []
        repeat { tokens.append(lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func next() -> Token {
        while position < bytes.count, bytes[position].isExpressionSpace { position += 1 }
        let start = position
        guard start < bytes.count else { return Token(kind: .end, start: start, end: start) }
        let kind = take(bytes[start])
        return Token(kind: kind, start: start, end: position)
    }

    private mutating func take(_ first: UInt8) -> Token.Kind {
        position += 1
        switch first {
        case UInt8(ascii: "("): return .leftParenthesis
        case UInt8(ascii: ")"): return .rightParenthesis
        case UInt8(ascii: "["): return .leftBracket
        case UInt8(ascii: "]"): return .rightBracket
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: "."): return .dot
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        case UInt8(ascii: "="): return .equal
        case UInt8(ascii: "<"):
            if takeIf(UInt8(ascii: "=")) { return .lessOrEqual }
            return takeIf(UInt8(ascii: ">")) ? .notEqual : .less
        case UInt8(ascii: ">"): return takeIf(UInt8(ascii: "=")) ? .greaterOrEqual : .greater
        case UInt8(ascii: "#"): return takeWord() ? .namePlaceholder : .stray
        case UInt8(ascii: ":"): return takeWord() ? .valuePlaceholder : .stray
        case _ where first.isASCIIDigit:
            while position < bytes.count, bytes[position].isASCIIDigit { position += 1 }
            return .digits
        case _ where first.isASCIILetter:
            _ = takeWord()
            return .identifier
        default:
            // The rest of a character of several bytes.
            while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            return .stray
        }
    }

    private mutating func takeIf(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Takes letters, digits and underscores; false if there are none.
    private mutating func takeWord() -> Bool {
        let start = position
        while position < bytes.count, bytes[position].isWordPart { position += 1 }
        return position > start
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isASCIILetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    fileprivate var isWordPart: Bool { isASCIILetter || isASCIIDigit || self == UInt8(ascii: "_") }
    fileprivate var isExpressionSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
