import Crypto
import Glibc
import JSON

/// Everything that an emulator keeps, in one folder: the database, and the contents of objects beside it.
struct StateFolder: Sendable {
    let path: String

    var database: String { path + "/emulator.db" }
    var objects: String { path + "/objects" }
    /// What makes a folder a snapshot: its format, and what is in it.
    var manifest: String { path + "/snapshot.json" }

    var isThere: Bool { access(path, F_OK) == 0 }
    var isEmpty: Bool { (try? Directory.entries(of: path))?.isEmpty ?? false }

    /// - Throws: `EmulatorError` if there is something already, or the folder above is not there.
    func make() throws(EmulatorError) {
        guard mkdir(path, 0o700) == 0 else {
            throw EmulatorError("The folder \(path) can't be made: \(String(cString: strerror(errno))).")
        }
    }

    func move(to other: StateFolder) throws(EmulatorError) {
        guard rename(path, other.path) == 0 else {
            throw EmulatorError("\(path) can't be moved to \(other.path): \(String(cString: strerror(errno))).")
        }
    }

    /// In hexadecimal.
    static func digest(of file: String) throws(EmulatorError) -> String {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw EmulatorError("\(file) can't be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_048_576, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw EmulatorError("\(file) can't be read: \(String(cString: strerror(errno))).")
            }
            if count == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        return hash.finalize().hexadecimalText
    }

    /// - Parameter destination: not there yet.
    static func copy(_ source: String, to destination: String) throws(EmulatorError) {
        func failure(_ path: String) -> EmulatorError {
            EmulatorError("\(path) can't be copied: \(String(cString: strerror(errno))).")
        }
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(source) }
        defer { close(input) }
        let output = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure(destination) }
        defer { close(output) }
        while true {
            let count = sendfile(output, input, nil, 1 << 30)
            if count == 0 { return }
            guard count > 0 else { throw failure(destination) }
        }
    }
}
