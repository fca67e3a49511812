import Glibc

/// Reads a text file.
///
/// - Throws: `TemplateError` with the file's name and the system's reason, or for bytes that are not UTF-8.
package func readText(of file: String) throws(TemplateError) -> String {
    guard let stream = fopen(file, "rb") else {
        throw TemplateError(
            "\(file) can't be read: \(String(cString: strerror(errno))); name the template's file", at: nil)
    }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    // One byte past the ceiling is enough for the reader to refuse the rest.
    while bytes.count <= TemplateReader.bytesMax {
        let count = fread(&chunk, 1, chunk.count, stream)
        guard count > 0 else { break }
        bytes += chunk[..<count]
    }
    guard ferror(stream) == 0 else {
        throw TemplateError("\(file) can't be read: \(String(cString: strerror(errno)))", at: nil)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw TemplateError("\(file) is not UTF-8; save it with that encoding", at: nil)
    }
    return text
}
