/// An element of a small XML document: names without their prefixes, attributes kept, text without markup.
package struct XMLElement: Hashable, Sendable {
    package var name: String
    package var attributes: [String: String] = [:]
    package var children: [XMLElement] = []
    /// All text directly within, put together.
    package var text = ""

    package init(_ name: String, text: String = "", _ children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    package subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The text of the child of that name.
    package func text(_ name: String) -> String? { self[name]?.text }
}

/// Writes answers.
package struct XMLWriter {
    package private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    package init() {}

    /// - Parameter root: with S3's namespace, which clients that validate want.
    package static func document(_ root: String, _ content: (inout XMLWriter) -> Void) -> String {
        var writer = XMLWriter()
        writer.text += "<\(root) xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        content(&writer)
        writer.text += "</\(root)>"
        return writer.text
    }

    package mutating func element(_ name: String, _ content: (inout XMLWriter) -> Void) {
        text += "<\(name)>"
        content(&self)
        text += "</\(name)>"
    }

    package mutating func element(_ name: String, _ value: String) {
        text += "<\(name)>"
        escape(value)
        text += "</\(name)>"
    }

    package mutating func element(_ name: String, _ value: Int) { text += "<\(name)>\(value)</\(name)>" }
    package mutating func element(_ name: String, _ value: Bool) { text += "<\(name)>\(value)</\(name)>" }

    /// Nothing if there is no value.
    package mutating func element(ifPresent name: String, _ value: String?) {
        if let value { element(name, value) }
    }

    package mutating func element(_ element: XMLElement) {
        text += "<\(element.name)"
        for (name, value) in element.attributes.sorted(by: { $0.key < $1.key }) {
            text += " \(name)=\""
            escape(value)
            text += "\""
        }
        text += ">"
        escape(element.text)
        for child in element.children { self.element(child) }
        text += "</\(element.name)>"
    }

    private mutating func escape(_ value: String) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            // A reader would take them for a space or a line feed; others can't be written in XML 1.0 at all, and S3
            // writes them like this too.
            case "\r", "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}":
                text += "&#x\(String(scalar.value, radix: 16));"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
