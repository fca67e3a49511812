import Glibc
import Packaging

// Packages built functions for Lambda:
//
//     package-functions <folder of executables> <folder for zips> <llvm-objcopy> \
//         [--sam-build <folder> <template>] FUNCTION…
//
// One line each on standard output. Exit status 1: one of them would not run on Amazon Linux 2023, of which nothing is
// written, or could not be made.

func fail(_ message: String) -> Never {
    _ = Array("error: \(message)\n".utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    exit(1)
}

var arguments = CommandLine.arguments[...].dropFirst()
guard arguments.count > 3 else { fail("give the folder of executables, the folder for zips, llvm-objcopy, functions") }
let tool = PackagingTool(
    executables: arguments.removeFirst(), zips: arguments.removeFirst(), objcopy: arguments.removeFirst())
var folder: SAMBuildFolder?
if arguments.first == "--sam-build", arguments.count > 3 {
    arguments.removeFirst()
    do throws(PackagingError) {
        folder = try SAMBuildFolder(path: arguments.removeFirst(), template: arguments.removeFirst())
    } catch {
        fail("--sam-build: \(error).")
    }
}
var missing: Set<String> = []
var machine: ELFFile.Machine?
for function in arguments {
    do throws(PackagingError) {
        let made = try tool.package(function)
        guard made.missing.isEmpty else {
            try tool.remove(function)
            missing.formUnion(made.missing)
            continue
        }
        try tool.write(made, of: function)
        try folder?.write(made, of: function)
        print(tool.line(made, of: function))
        machine = made.machine
    } catch {
        fail("\(function): \(error).")
    }
}
guard missing.isEmpty else {
    fail(
        """
        Amazon Linux 2023 lacks what these executables need:
          \(missing.sorted().joined(separator: "\n  "))
        Build where it does not: docker run --rm -v "$PWD":/work -w /work swift:6.3-amazonlinux2023 \
        sh -c 'rm -rf .build/archive && Runtime/prepare && swift package --scratch-path /tmp/build \
        --allow-writing-to-package-directory archive && rm -rf .build/archive'
        """)
}
do throws(PackagingError) {
    try folder?.writeTemplate()
} catch {
    fail("--sam-build: \(error).")
}
if let machine {
    print("They are for \(machine.rawValue): deploy them with the parameter Architecture=\(machine.rawValue).")
}
