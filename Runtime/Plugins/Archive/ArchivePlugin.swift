import Foundation
import PackagePlugin

/// `swift package archive [--arch ARCH] [--output FOLDER] [--sam-build FOLDER] [FUNCTION…]`: builds functions in
/// release mode with the standard library inside, and writes a zip for Lambda of each; without names, of all that
/// `template.yaml` has. For `sam build`, a template and makefiles too.
@main struct ArchivePlugin: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) throws {
        var extractor = ArgumentExtractor(arguments)
        let architecture = extractor.extractOption(named: "arch").last
        let output = extractor.extractOption(named: "output").last
        let samBuild = extractor.extractOption(named: "sam-build").last
        let folder = context.package.directoryURL
        if let architecture { try Self.requireThisMachine(architecture) }
        var functions = extractor.remainingArguments
        if let option = functions.first(where: { $0.hasPrefix("-") }) {
            throw Failure(
                "'\(option)' is no option: swift package archive [--arch ARCH] [--output FOLDER] [--sam-build FOLDER] "
                    + "[FUNCTION...]")
        }
        guard samBuild == nil || functions.isEmpty else {
            throw Failure("--sam-build is for the whole template: give no functions with it.")
        }
        let template = folder.appending(path: "template.yaml")
        if functions.isEmpty { functions = try Self.functions(in: template) }
        let zips = output.map { URL(filePath: $0, relativeTo: folder) } ?? folder.appending(path: ".build/lambda")
        try FileManager.default.createDirectory(at: zips, withIntermediateDirectories: true)

        let build = try Build(package: folder, toolchain: context.tool(named: "swift").url.deletingLastPathComponent())
        for product in functions + ["package-functions"] { try build.make(product) }
        let forSAM = samBuild.map { ["--sam-build", URL(filePath: $0, relativeTo: folder).path, template.path] } ?? []
        try build.run(
            build.executables.appending(path: "package-functions"),
            [build.executables.path, zips.path, build.toolchain.appending(path: "llvm-objcopy").path] + forSAM
                + functions)
    }

    private static func requireThisMachine(_ architecture: String) throws {
        #if arch(arm64)
            let (own, platform) = ("arm64", "linux/amd64")
        #else
            let (own, platform) = ("x86_64", "linux/arm64")
        #endif
        guard architecture == own else {
            throw Failure(
                "This machine builds for \(own) and not for \(architecture). Build on such a machine, or in a container "
                    + "of its kind: docker run --platform \(platform) swift:6.3-amazonlinux2023.")
        }
    }

    /// The handlers of the template's functions, which are the names of their products.
    private static func functions(in template: URL) throws -> [String] {
        let lines = try String(contentsOf: template, encoding: .utf8).split(separator: "\n")
        let names = lines.compactMap { line -> String? in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 && parts[0] == "Handler" ? parts[1] : nil
        }
        guard !names.isEmpty else { throw Failure("\(template.path) has no function with a Handler.") }
        return Array(Set(names)).sorted()
    }
}

/// A release build in a folder of its own: what else is built keeps its flags, and is not built anew for this.
private struct Build {
    let package: URL
    let toolchain: URL
    private let scratch: URL

    var executables: URL { scratch.appending(path: "release") }
    private var linkedLibraries: URL { scratch.appending(path: "link") }

    init(package: URL, toolchain: URL) throws {
        self.package = package
        self.toolchain = toolchain
        scratch = package.appending(path: ".build/archive")
        try makeLibraryToLink()
    }

    /// What the functions call of libcurl, without versions: Debian's library has some, which Amazon Linux's lacks, and
    /// the dynamic linker would complain at each start. To be linked against, never to be run.
    private func makeLibraryToLink() throws {
        let names = [
            "curl_easy_cleanup", "curl_easy_getinfo", "curl_easy_init", "curl_easy_perform", "curl_easy_reset",
            "curl_easy_setopt", "curl_easy_strerror", "curl_global_init", "curl_slist_append", "curl_slist_free_all",
        ]
        try FileManager.default.createDirectory(at: linkedLibraries, withIntermediateDirectories: true)
        let source = linkedLibraries.appending(path: "libcurl.c")
        try names.map { "void \($0)(void) {}\n" }.joined().write(to: source, atomically: true, encoding: .utf8)
        try run(
            toolchain.appending(path: "clang"),
            [
                "-shared", "-fPIC", "-fuse-ld=lld", "-Wl,-soname,libcurl.so.4", "-o",
                linkedLibraries.appending(path: "libcurl.so").path, source.path,
            ])
        try "Name: libcurl\nDescription: to link against\nVersion: 8\nLibs: -L\(linkedLibraries.path) -lcurl\n".write(
            to: linkedLibraries.appending(path: "libcurl.pc"), atomically: true, encoding: .utf8)
    }

    /// Swift's own arguments for a static standard library export its symbols, as if others would load the executable:
    /// half a megabyte of names.
    func make(_ product: String) throws {
        try run(
            toolchain.appending(path: "swift"),
            [
                "build", "-c", "release", "--static-swift-stdlib", "--package-path", package.path, "--scratch-path",
                scratch.path, "-Xlinker", "--no-export-dynamic", "--product", product,
            ])
    }

    func run(_ program: URL, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
        process.environment?["PKG_CONFIG_PATH"] = linkedLibraries.path
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure("\(program.lastPathComponent) \(arguments.joined(separator: " ")) failed; see above.")
        }
    }
}

private struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
