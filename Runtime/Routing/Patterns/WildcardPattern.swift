/// A text in which `*` stands for any bytes, none included; `\*` and `\\` for themselves.
struct WildcardPattern: Sendable {
    /// Nil is the wildcard.
    private let parts: [UInt8?]

    /// What AWS allows is documented by its message only. This bound tells the pattern that its documents refuse from
    /// those that they accept, however often `/dir` comes.
    static let complexityMax = 12

    /// - Throws: ``PatternFault`` for two wildcards in a row, a backslash before anything else, and a pattern of which
    ///   too many beginnings can match at once. Positions count from the quotation mark before the text.
    init(_ text: String) throws(PatternFault) {
        let bytes = Array(text.utf8)
        var parts: [UInt8?] = []
        var index = 0
        while index < bytes.count {
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            switch bytes[index] {
            case UInt8(ascii: "*"):
                guard next != UInt8(ascii: "*") else {
                    throw PatternFault("Consecutive wildcard characters at pos \(index + 1)")
                }
                parts.append(nil)
            case UInt8(ascii: "\\"):
                guard let next, next == UInt8(ascii: "*") || next == UInt8(ascii: "\\") else {
                    throw PatternFault("Invalid escape character at pos \(index + 1)")
                }
                parts.append(next)
                index += 1
            default: parts.append(bytes[index])
            }
            index += 1
        }
        guard Self.complexity(parts) <= Self.complexityMax else {
            throw PatternFault(
                "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences "
                    + "after a wildcard character")
        }
        self.parts = parts
    }

    /// About how many beginnings of the pattern a text can match at once: each wildcard, and what follows one as often
    /// as it repeats its own start (the prefix function of Knuth, Morris and Pratt).
    private static func complexity(_ parts: [UInt8?]) -> Int {
        let pieces = parts.split(separator: nil, omittingEmptySubsequences: false).dropFirst()
        var deepest = 0
        for piece in pieces {
            let piece = Array(piece)
            var border = [Int](repeating: 0, count: piece.count)
            var depth = [Int](repeating: 1, count: piece.count)
            // The whole piece is the beginning of the next wildcard.
            for index in piece.indices.dropLast() where index > 0 {
                var length = border[index - 1]
                while length > 0, piece[length] != piece[index] { length = border[length - 1] }
                if piece[length] == piece[index] { length += 1 }
                border[index] = length
                depth[index] = length > 0 ? depth[length - 1] + 1 : 1
            }
            if piece.count > 1 { deepest = max(deepest, depth.dropLast().max() ?? 0) }
        }
        return pieces.count * 2 + deepest
    }

    /// In time of the text's length times the pattern's at worst: only the last wildcard ever takes another byte.
    func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var (position, part) = (0, 0)
            var retry: (position: Int, part: Int)?
            while position < bytes.count {
                if part < parts.count, parts[part] == nil {
                    part += 1
                    retry = (position, part)
                } else if part < parts.count, parts[part] == bytes[position] {
                    position += 1
                    part += 1
                } else if let last = retry {
                    retry = (last.position + 1, last.part)
                    position = last.position + 1
                    part = last.part
                } else {
                    return false
                }
            }
            return part == parts.count || (part == parts.count - 1 && parts[part] == nil)
        }
    }
}
