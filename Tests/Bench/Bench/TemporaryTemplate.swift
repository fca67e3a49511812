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
