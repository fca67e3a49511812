/// A function as Lambda takes it: a zip of `bootstrap`, of files that it reads and, under `lib/`, of the shared
/// libraries that Amazon Linux 2023 does not bring. Lambda looks for libraries there.
///
/// - Note: Source: AWS Lambda Developer Guide, "Building a custom runtime" and "Defined runtime environment variables"
///   (`LD_LIBRARY_PATH` has `$LAMBDA_TASK_ROOT/lib`).
package struct FunctionPackage: Sendable {
    /// Libraries in a package.
    package static let librariesMax = 64
    private static let bootstrap = "bootstrap"

    package struct File: Sendable {
        /// From the root of the function, with `/` between folders.
        package var path: String
        package var content: [UInt8]
        package var permissions: ZipArchive.Permissions
    }

    package let zip: [UInt8]
    /// What the zip holds, by path.
    package let files: [File]
    /// Without the libraries.
    package let bootstrapBytes: Int
    package let machine: ELFFile.Machine
    /// File names, sorted.
    package let libraries: [String]
    /// What Amazon Linux 2023 lacks, as `bootstrap: GLIBC_2.35 of libm.so.6`; empty if it will run there.
    package let missing: [String]
    /// The versions of glibc's symbols that anything in it needs, as `2.34`; the newest last.
    package let glibc: [String]

    /// - Parameters:
    ///   - executable: stripped.
    ///   - data: further files, by their paths in the zip.
    ///   - library: the content of a library of the machine that builds.
    /// - Throws: `PackagingError` if the executable is none, a library is not there, or the zip is too large.
    package init(
        executable: [UInt8], data: [(name: String, content: [UInt8])] = [],
        library: (String) throws(PackagingError) -> [UInt8]
    ) throws(PackagingError) {
        let program = try ELFFile(executable)
        var files = [(name: Self.bootstrap, content: executable, elf: program)]
        var found: Set<String> = []
        var waiting = program.neededLibraries
        while let name = waiting.popLast() {
            guard !AmazonLinux.brings(name), found.insert(name).inserted else { continue }
            guard found.count <= Self.librariesMax else {
                throw PackagingError("the function needs more than \(Self.librariesMax) libraries")
            }
            let content = try library(name)
            let elf = try ELFFile(content)
            files.append(("lib/\(name)", content, elf))
            waiting += elf.neededLibraries
        }
        files.sort { $0.name < $1.name }
        self.files =
            files.map { file in
                File(
                    path: file.name, content: file.content,
                    permissions: file.name == Self.bootstrap ? .executable : .readable)
            } + data.map { File(path: $0.name, content: $0.content, permissions: .readable) }
        var archive = ZipArchive()
        for file in self.files { archive.add(file.path, file.content, file.permissions) }
        zip = archive.bytes
        guard zip.count <= ZipArchive.sizeBytesMax else {
            throw PackagingError("the zip has \(zip.count) bytes; Lambda takes \(ZipArchive.sizeBytesMax) at most")
        }
        bootstrapBytes = executable.count
        machine = program.machine
        libraries = found.sorted()
        missing = files.flatMap { file in
            file.elf.neededVersions.filter { !AmazonLinux.has($0) }.map {
                "\(file.name): \($0.version) of \($0.library)"
            }
        }
        glibc = Self.glibcVersions(files.flatMap(\.elf.neededVersions))
    }

    private static func glibcVersions(_ versions: [ELFFile.NeededVersion]) -> [String] {
        let numbers = versions.compactMap { needed -> [Int]? in
            guard needed.version.hasPrefix("GLIBC_") else { return nil }
            return needed.version.dropFirst(6).split(separator: ".").compactMap { Int($0) }
        }
        return Set(numbers).sorted { $0.lexicographicallyPrecedes($1) }.map {
            $0.map(String.init).joined(separator: ".")
        }
    }
}
