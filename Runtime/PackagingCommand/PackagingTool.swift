import Glibc
import Packaging

/// Strips, packages and writes functions.
struct PackagingTool {
    let executables: String
    let zips: String
    let objcopy: String

    /// Where a linker looks, in its order.
    private static let libraryFolders = [
        "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
        "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib",
    ]

    func package(_ function: String) throws(PackagingError) -> FunctionPackage {
        let stripped = "\(zips)/\(function).bootstrap"
        try run([objcopy, "--strip-all", "\(executables)/\(function)", stripped])
        defer { unlink(stripped) }
        let made = try FunctionPackage(executable: try Self.read(stripped)) { name throws(PackagingError) in
            for folder in Self.libraryFolders where access("\(folder)/\(name)", R_OK) == 0 {
                return try Self.read("\(folder)/\(name)")
            }
            throw PackagingError("it needs \(name), which is neither on Amazon Linux 2023 nor here")
        }
        try Self.write(made.zip, to: "\(zips)/\(function).zip")
        return made
    }

    func line(_ made: FunctionPackage, of function: String) -> String {
        func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" }
        let libraries = made.libraries.isEmpty ? "" : ", with \(made.libraries.joined(separator: ", "))"
        return "\(zips)/\(function).zip  \(megabytes(made.zip.count)), bootstrap \(megabytes(made.bootstrapBytes)), "
            + "\(made.machine.rawValue), glibc \(made.glibc)\(libraries)"
    }

    private func run(_ command: [String]) throws(PackagingError) {
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        guard posix_spawn(&process, command[0], nil, nil, &arguments, environ) == 0 else {
            throw PackagingError("\(command[0]) can't be started")
        }
        var status: Int32 = 0
        guard waitpid(process, &status, 0) == process, status == 0 else {
            throw PackagingError("\(command.joined(separator: " ")) failed")
        }
    }

    private static func read(_ path: String) throws(PackagingError) -> [UInt8] {
        guard let file = fopen(path, "rb") else {
            throw PackagingError("\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        guard ferror(file) == 0 else { throw PackagingError("\(path) can't be read to its end") }
        return bytes
    }

    /// Whole or not at all.
    private static func write(_ bytes: [UInt8], to path: String) throws(PackagingError) {
        let part = path + ".part"
        guard let file = fopen(part, "wb") else {
            throw PackagingError("\(part) can't be written: \(String(cString: strerror(errno)))")
        }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count, rename(part, path) == 0 else {
            throw PackagingError("\(path) can't be written: \(String(cString: strerror(errno)))")
        }
    }
}
