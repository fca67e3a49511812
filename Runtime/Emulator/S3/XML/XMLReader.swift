/// Why a text is not XML as requests have it.
package struct XMLSyntaxError: Error, Hashable, Sendable {
    package var reason: String
}

/// Reads the XML of S3's requests: elements, attributes, text, the five named entities and character references,
/// comments, CDATA and a declaration in front. There are no document types and so nothing that they could pull in or
/// blow up; an XML library would be a megabyte of code for that.
///
/// - Note: Source: W3C, Extensible Markup Language (XML) 1.0, fifth edition.
package struct XMLReader {
    /// Requests have five levels at most.
    package static let depthMax = 16
    /// DeleteObjects has 3,000 elements and CompleteMultipartUpload 30,000 with three checksums each.
    package static let elementsMax = 100_000

    private let bytes: [UInt8]
    private var position = 0
    private var elements = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The root element.
    package static func read(_ bytes: [UInt8]) throws(XMLSyntaxError) -> XMLElement {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw XMLSyntaxError(reason: "no UTF-8") }
        var reader = XMLReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        try reader.skipMisc()
        let root = try reader.element(depth: 1)
        try reader.skipMisc()
        guard reader.position == bytes.count else { throw XMLSyntaxError(reason: "text after the end") }
        return root
    }

    // MARK: Elements

    private mutating func element(depth: Int) throws(XMLSyntaxError) -> XMLElement {
        elements += 1
        guard depth <= Self.depthMax, elements <= Self.elementsMax else { throw XMLSyntaxError(reason: "too large") }
        try expect("<")
        let name = try name()
        var element = XMLElement(Self.local(name))
        while true {
            let hadSpace = skipSpace()
            if take("/>") { return element }
            if take(">") { break }
            guard hadSpace else { throw XMLSyntaxError(reason: "a tag that does not end") }
            let attribute = try self.name()
            skipSpace()
            try expect("=")
            skipSpace()
            guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw XMLSyntaxError(reason: "an attribute without quotes")
            }
            position += 1
            element.attributes[attribute] = try text(until: quote)
            position += 1
        }
        try content(of: &element, depth: depth)
        guard try self.name() == name else { throw XMLSyntaxError(reason: "</\(name)> is missing") }
        skipSpace()
        try expect(">")
        return element
    }

    /// Up to and with the `</` of the end tag.
    private mutating func content(of element: inout XMLElement, depth: Int) throws(XMLSyntaxError) {
        while true {
            element.text += try text(until: UInt8(ascii: "<"))
            if take("</") {
                return
            } else if take("<!--") {
                try skip(past: "-->")
            } else if take("<![CDATA[") {
                let start = position
                try skip(past: "]]>")
                element.text += String(decoding: bytes[start..<position - 3], as: UTF8.self)
            } else if take("<?") {
                try skip(past: "?>")
            } else {
                element.children.append(try self.element(depth: depth + 1))
            }
        }
    }

    private static func local(_ name: String) -> String {
        name.split(separator: ":", maxSplits: 1).last.map(String.init) ?? name
    }

    private mutating func name() throws(XMLSyntaxError) -> String {
        let start = position
        while let byte = peek, !" \t\r\n<>/='\"&?!".utf8.contains(byte) { position += 1 }
        guard position > start else { throw XMLSyntaxError(reason: "a name is missing") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    // MARK: Text

    /// With references replaced; the byte that ends it is left.
    private mutating func text(until end: UInt8) throws(XMLSyntaxError) -> String {
        var result: [UInt8] = []
        while let byte = peek, byte != end {
            position += 1
            switch byte {
            case UInt8(ascii: "&"): result += Array(String(try reference()).utf8)
            case UInt8(ascii: "<"): throw XMLSyntaxError(reason: "< in an attribute")
            // XML 1.0, section 2.11: a line ends in one line feed.
            case UInt8(ascii: "\r"): if peek != UInt8(ascii: "\n") { result.append(UInt8(ascii: "\n")) }
            default: result.append(byte)
            }
        }
        guard peek == end else { throw XMLSyntaxError(reason: "the text ends too early") }
        return String(decoding: result, as: UTF8.self)
    }

    private mutating func reference() throws(XMLSyntaxError) -> Character {
        let named: [(String, Character)] = [
            ("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'"),
        ]
        for (name, character) in named where take(name) { return character }
        guard take("#") else { throw XMLSyntaxError(reason: "an unknown entity") }
        let radix = take("x") ? 16 : 10
        let start = position
        while let byte = peek, byte != UInt8(ascii: ";"), position - start < 8 { position += 1 }
        let digits = String(decoding: bytes[start..<position], as: UTF8.self)
        guard take(";"), let value = UInt32(digits, radix: radix), let scalar = Unicode.Scalar(value) else {
            throw XMLSyntaxError(reason: "a reference to no character")
        }
        return Character(scalar)
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func expect(_ text: String) throws(XMLSyntaxError) {
        guard take(text) else { throw XMLSyntaxError(reason: "\(text) is missing") }
    }

    @discardableResult
    private mutating func skipSpace() -> Bool {
        let start = position
        while let byte = peek, " \t\r\n".utf8.contains(byte) { position += 1 }
        return position > start
    }

    private mutating func skip(past end: String) throws(XMLSyntaxError) {
        while position < bytes.count {
            if take(end) { return }
            position += 1
        }
        throw XMLSyntaxError(reason: "\(end) is missing")
    }

    /// Declarations, comments and space around the root.
    private mutating func skipMisc() throws(XMLSyntaxError) {
        while true {
            skipSpace()
            if take("<?") {
                try skip(past: "?>")
            } else if take("<!--") {
                try skip(past: "-->")
            } else {
                return
            }
        }
    }
}
