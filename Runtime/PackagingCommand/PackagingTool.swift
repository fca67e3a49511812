import Glibc
import Packaging
import TimeZones

/// Strips functions, packages them and writes their zips.
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
        let executable = try DiskFile.read(stripped)
        let data = try Self.zones(for: executable)
        return try FunctionPackage(executable: executable, data: data) { name throws(PackagingError) in
            for folder in Self.libraryFolders where access("\(folder)/\(name)", R_OK) == 0 {
                return try DiskFile.read("\(folder)/\(name)")
            }
            throw PackagingError("it needs \(name), which is neither on Amazon Linux 2023 nor here")
        }
    }

    func write(_ made: FunctionPackage, of function: String) throws(PackagingError) {
        try DiskFile.write(made.zip, to: "\(zips)/\(function).zip")
    }

    /// An older zip, which would be deployed in the place of what was refused.
    func remove(_ function: String) throws(PackagingError) {
        let zip = "\(zips)/\(function).zip"
        guard unlink(zip) == 0 || errno == ENOENT else {
            throw PackagingError("\(zip) can't be removed: \(String(cString: strerror(errno)))")
        }
    }

    /// The time zones, for an executable that holds the path of their database: nobody promises that Lambda's image has
    /// it.
    private static func zones(
        for executable: [UInt8]
    ) throws(PackagingError) -> [(name: String, content: [UInt8])] {
        guard holds(executable, Array(TimeZone.databaseDirectory.utf8)) else { return [] }
        do throws(TimeZoneError) {
            return try TimeZone.collection().map { ("zoneinfo/" + $0.name, $0.content) }
        } catch {
            throw PackagingError("it needs the time zones of this machine: \(error)")
        }
    }

    private static func holds(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var place = 0
            while place + wanted.count <= bytes.count,
                let found = memchr(bytes.baseAddress! + place, Int32(wanted[0]), bytes.count - wanted.count - place + 1)
            {
                if memcmp(found, wanted, wanted.count) == 0 { return true }
                place = UnsafeRawPointer(found) - bytes.baseAddress! + 1
            }
            return false
        }
    }

    func line(_ made: FunctionPackage, of function: String) -> String {
        func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" }
        let libraries = made.libraries.isEmpty ? "" : ", with \(made.libraries.joined(separator: ", "))"
        return "\(zips)/\(function).zip  \(megabytes(made.zip.count)), bootstrap \(megabytes(made.bootstrapBytes)), "
            + "\(made.machine.rawValue), glibc \(made.glibc.joined(separator: " "))\(libraries)"
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
}
