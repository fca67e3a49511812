import Glibc
import Packaging

// Packages built functions for Lambda:
//
//     package-functions <folder of executables> <folder for zips> <llvm-objcopy> FUNCTION…
//
// One line each on standard output. Exit status 1: one of them would not run on Amazon Linux 2023, or was not made.

func fail(_ message: String) -> Never {
    _ = Array("error: \(message)\n".utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    exit(1)
}

let arguments = CommandLine.arguments
guard arguments.count > 4 else { fail("give the folder of executables, the folder for zips, llvm-objcopy, functions") }
let tool = PackagingTool(executables: arguments[1], zips: arguments[2], objcopy: arguments[3])
var missing: Set<String> = []
for function in arguments[4...] {
    do throws(PackagingError) {
        let made = try tool.package(function)
        print(tool.line(made, of: function))
        missing.formUnion(made.missing)
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
        sh -c 'Runtime/prepare && swift package archive --allow-writing-to-package-directory'
        """)
}
