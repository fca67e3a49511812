extension JSONParser {
    /// Steps over a string and returns it with its escapes resolved.
    mutating func string() throws(JSONFault) -> String {
        position += 1
        let start = position
        try skipPlain()
        guard position < bytes.count else { throw fault("the text ends inside a string") }
        if bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return text(start..<position)
        }
        unescaped.removeAll(keepingCapacity: true)
        unescaped.append(contentsOf: bytes[start..<position])
        while bytes[position] != UInt8(ascii: "\"") {
            try escape()
            let start = position
            try skipPlain()
            unescaped.append(contentsOf: bytes[start..<position])
            guard position < bytes.count else { throw fault("the text ends inside a string") }
        }
        position += 1
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// Goes on to the next quote or backslash, or to the end.
    private mutating func skipPlain() throws(JSONFault) {
        while true {
            skipPlainASCIIWords()
            guard position < bytes.count else { return }
            switch bytes[position] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): return
            case 0x20..<0x80: position &+= 1
            case 0x80...: try skipMultibyte()
            default: throw fault("\(found()) inside a string: control characters must be escaped")
            }
        }
    }

    /// Eight bytes at a time, up to the first that needs a closer look.
    @inline(__always)
    private mutating func skipPlainASCIIWords() {
        let raw = UnsafeRawPointer(bytes.baseAddress!)
        while position &+ 8 <= bytes.count {
            let special = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self).bytesToEscapeOrCheck
            guard special == 0 else {
                position &+= special.trailingZeroBitCount / 8
                return
            }
            position &+= 8
        }
    }

    /// Steps over one scalar of two to four bytes.
    ///
    /// - Note: Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences".
    private mutating func skipMultibyte() throws(JSONFault) {
        let first = bytes[position]
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw fault("\(found()) inside a string is not UTF-8")
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]),
            length < 3 || bytes[position + 2] & 0xC0 == 0x80, length < 4 || bytes[position + 3] & 0xC0 == 0x80
        else { throw fault("\(found()) inside a string is not UTF-8") }
        position += length
    }

    /// Resolves the escape at the position.
    private mutating func escape() throws(JSONFault) {
        let start = position
        position += 1
        guard position < bytes.count else { throw fault("the text ends inside a string") }
        let letter = bytes[position]
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(letter)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(from: start)
        default:
            position = start + 1
            throw fault("\(found()) after a backslash is no escape", at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(JSONFault) {
        var code = UInt32(try hexadecimal(from: start))
        if code & 0xFC00 == 0xD800 {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw fault("a \\u escape of the first half of a surrogate pair without the second", at: start) }
            position += 2
            let low = UInt32(try hexadecimal(from: position - 2))
            guard low & 0xFC00 == 0xDC00 else {
                throw fault("a \\u escape of the first half of a surrogate pair without the second", at: start)
            }
            code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw fault("a \\u escape of the second half of a surrogate pair without the first", at: start)
        }
        unescaped.append(contentsOf: UTF8.encode(scalar)!)
    }

    private mutating func hexadecimal(from start: Int) throws(JSONFault) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw fault("the text ends inside a string") }
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw fault("a \\u escape needs four hexadecimal digits", at: start)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
