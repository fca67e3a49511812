/// A form as browsers send it: fields, and a file after them.
///
/// - Note: Source: RFC 7578; of what follows the file S3 takes no notice.
package struct MultipartForm: Hashable, Sendable {
    /// Names in lower case, as policies compare them.
    package private(set) var fields: [String: String] = [:]
    /// Where the file is in the body; nil if there is none.
    package private(set) var file: Range<Int>?
    package private(set) var fileName = ""

    /// - Parameter boundary: that of the header `Content-Type`.
    /// - Returns: nil if the body is no such form.
    package init?(_ body: [UInt8], boundary: String) {
        let mark = Array("--\(boundary)".utf8)
        guard !boundary.isEmpty, var position = Self.find(mark, in: body, from: 0) else { return nil }
        position += mark.count
        let separator = Array("\r\n".utf8) + mark
        while Self.has(Array("\r\n".utf8), body, at: position) {
            guard let headEnd = Self.find(Array("\r\n\r\n".utf8), in: body, from: position),
                let end = Self.find(separator, in: body, from: headEnd + 2)
            else { return nil }
            let head = String(decoding: body[position..<headEnd], as: UTF8.self)
            guard let name = Self.parameter("name", of: head) else { return nil }
            let content = min(headEnd + 4, end)..<end
            if name.lowercased() == "file" {
                file = content
                let path = Self.parameter("filename", of: head) ?? ""
                fileName = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
                return
            }
            fields[name.lowercased()] = String(decoding: body[content], as: UTF8.self)
            position = end + separator.count
        }
    }

    package mutating func set(_ name: String, to value: String) { fields[name] = value }

    /// The boundary that a `Content-Type` names; nil if it is none of a form.
    package static func boundary(of contentType: String) -> String? {
        guard contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        return parameter("boundary", of: contentType)
    }

    /// `name="value"` or `name=value`.
    private static func parameter(_ name: String, of header: String) -> String? {
        for part in header.split(whereSeparator: { $0 == ";" || $0 == "\r\n" }) {
            let text = part.trimmingSpaces()
            guard text.lowercased().hasPrefix("\(name)=") else { continue }
            var value = text.dropFirst(name.count + 1)
            if value.first == "\"", value.last == "\"", value.count > 1 { value = value.dropFirst().dropLast() }
            return String(value)
        }
        return nil
    }

    private static func has(_ mark: [UInt8], _ bytes: [UInt8], at position: Int) -> Bool {
        position + mark.count <= bytes.count && bytes[position..<position + mark.count].elementsEqual(mark)
    }

    private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var position = start
        while position + mark.count <= bytes.count {
            // The first byte is rare in most contents.
            guard let next = bytes[position...].firstIndex(of: mark[0]), next + mark.count <= bytes.count else {
                return nil
            }
            if has(mark, bytes, at: next) { return next }
            position = next + 1
        }
        return nil
    }
}
