import Glibc

/// A template in a file that goes away with the object.
final class TemporaryTemplate {
    let path: String

    init(_ text: String) throws(LoadGenerator.Failure) {
        path = "/tmp/bench-\(getpid())-\(UInt32.random(in: 0 ... .max)).yaml"
        guard let file = fopen(path, "w") else { throw LoadGenerator.Failure(description: "\(path) can't be written") }
        fputs(text, file)
        fclose(file)
    }

    deinit { unlink(path) }
}

extension TemporaryTemplate {
    static func text(of path: String) throws(LoadGenerator.Failure) -> String {
        guard let file = fopen(path, "r") else { throw LoadGenerator.Failure(description: "\(path) can't be read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
