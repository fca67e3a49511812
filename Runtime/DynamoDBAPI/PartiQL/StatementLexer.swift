/// A word or sign of a PartiQL statement.
enum StatementToken: Equatable, Sendable {
    /// A word without quotes: a keyword or a name.
    case word(String)
    /// A name in double quotes.
    case quoted(String)
    /// Text in single quotes.
    case text(String)
    case number(String)
    /// One of `( ) [ ] { } << >> , . : = <> != < <= > >= + - * ?`.
    case sign(String)
    case end
}

/// Cuts a statement into tokens.
///
/// - Note: Source: PartiQL Specification, 2019; Amazon DynamoDB Developer Guide, "PartiQL".
struct StatementLexer {
    private let bytes: [UInt8]
    private var position = 0

    static func tokens(_ statement: String) throws(StatementError) -> [StatementToken] {
        var lexer = StatementLexer(bytes: Array(statement.utf8))
        var tokens: [StatementToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last != .end
        return tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func next() throws(StatementError) -> StatementToken {
        while position < bytes.count, bytes[position] <= UInt8(ascii: " ") { position += 1 }
        guard position < bytes.count else { return .end }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"): return .text(try delimited())
        case UInt8(ascii: "\""): return .quoted(try delimited())
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(number())
        case _ where byte.isWordByte: return .word(taking(while: \.isWordByte))
        default: return try sign()
        }
    }

    /// Up to the closing delimiter; a doubled one stands for itself.
    private mutating func delimited() throws(StatementError) -> String {
        let delimiter = bytes[position]
        position += 1
        var content: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == delimiter {
                guard position < bytes.count, bytes[position] == delimiter else {
                    return String(decoding: content, as: UTF8.self)
                }
                position += 1
            }
            content.append(byte)
        }
        throw StatementError("Unexpected end of statement in a quoted text")
    }

    private mutating func number() -> String {
        var text = taking(while: \.isDigit)
        if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "."), bytes[position + 1].isDigit {
            position += 1
            text += "." + taking(while: \.isDigit)
        }
        guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return text }
        let mark = position
        position += 1
        var exponent = "e"
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            exponent += bytes[position] == UInt8(ascii: "-") ? "-" : ""
            position += 1
        }
        let digits = taking(while: \.isDigit)
        guard !digits.isEmpty else {
            position = mark
            return text
        }
        return text + exponent + digits
    }

    private mutating func taking(while holds: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, holds(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func sign() throws(StatementError) -> StatementToken {
        let pair = String(decoding: bytes[position..<min(position + 2, bytes.count)], as: UTF8.self)
        if ["<<", ">>", "<>", "!=", "<=", ">="].contains(pair) {
            position += 2
            return .sign(pair == "!=" ? "<>" : pair)
        }
        let single = String(decoding: bytes[position...position], as: UTF8.self)
        guard "()[]{},.:=<>+-*?;".contains(single) else { throw StatementError("Unexpected character \(single)") }
        position += 1
        return .sign(single)
    }
}

/// What is wrong with a statement.
struct StatementError: Error, Hashable, Sendable {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...0xFF:
            true
        default: false
        }
    }
}
