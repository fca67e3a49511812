import Glibc
package import JSON
import Machine

/// Whole files, with errors that name them.
package enum TextFile {
    /// A larger file is no fixture.
    package static let bytesMax = 64 * 1_048_576

    package static func read(_ path: String) throws(EmulatorError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw EmulatorError("\(path) can't be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        let status: Int = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            while true {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0, bytes.count <= bytesMax else { return count }
                bytes.append(contentsOf: buffer[..<count])
            }
        }
        guard status >= 0 else { throw EmulatorError("\(path) can't be read: \(String(cString: strerror(errno))).") }
        guard bytes.count <= bytesMax else { throw EmulatorError("\(path) is larger than \(bytesMax) bytes.") }
        return bytes
    }

    /// - Throws: `EmulatorError` with file, line and column if the text is no JSON.
    package static func json(_ path: String) throws(EmulatorError) -> JSONValue {
        try parse(try read(path), named: path)
    }

    /// - Parameter name: what errors call the text.
    package static func parse(_ bytes: [UInt8], named name: String) throws(EmulatorError) -> JSONValue {
        do throws(JSONSyntaxError) {
            return try parseJSON(bytes)
        } catch {
            throw EmulatorError("\(name):\(error.line):\(error.column): no valid JSON: \(error.reason)")
        }
    }

    /// Replaces the file as a whole: readers see the old text or the new one.
    package static func write(_ text: String, to path: String) throws(EmulatorError) {
        let temporary = "\(path).new"
        func fail() -> EmulatorError { EmulatorError("\(path) can't be written: \(String(cString: strerror(errno))).") }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw fail() }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(descriptor)
                throw fail()
            }
            rest = rest.dropFirst(count)
        }
        guard close(descriptor) == 0, rename(temporary, path) == 0 else { throw fail() }
    }
}

/// Folders.
package enum Directory {
    package static func isDirectory(_ path: String) -> Bool {
        FileStatus(of: path)?.isDirectory ?? false
    }

    /// The names in a folder, sorted, those with a leading dot left out.
    static func entries(of path: String) throws(EmulatorError) -> [String] {
        guard let stream = opendir(path) else {
            throw EmulatorError("\(path) can't be read: \(String(cString: strerror(errno))).")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // In place: an entry is as long as its name, and to copy the whole field could read past the last page.
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
