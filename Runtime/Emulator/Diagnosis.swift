import CSQLite
import Glibc
import Template

/// One line of `emulator doctor`.
package struct Finding: Sendable {
    package var isProblem: Bool
    package var text: String

    package var line: String { (isProblem ? "PROBLEM " : "ok      ") + text }
}

/// What `emulator doctor` finds.
package struct Diagnosis: Sendable {
    package var findings: [Finding] = []
    /// nil if the template can't be read, which is a finding.
    package var coverage: TemplateDiagnosis?

    package var isGood: Bool { !findings.contains(where: \.isProblem) && coverage?.isGood ?? true }
}

extension Emulator {
    /// Looks at the machine, the executables and the template, and changes nothing.
    package static func examine(_ configuration: EmulatorConfiguration) -> Diagnosis {
        var coverage: TemplateDiagnosis?
        var findings = [
            Finding(isProblem: false, text: "SQLite \(String(cString: sqlite3_libversion()))"),
            Finding(
                isProblem: false,
                text: "\(FunctionConfiguration.processors) processors: so many environments per function by default"),
        ]
        for (program, use) in programs {
            let path = path(of: program)
            findings.append(
                Finding(
                    isProblem: false, text: path.map { "\(program): \($0)" } ?? "\(program) is not installed; \(use)"))
        }
        do throws(EmulatorError) {
            let stack = try loadStack(configuration, endpoint: "http://\(configuration.host):\(configuration.port)")
            findings.append(
                Finding(
                    isProblem: false,
                    text: "\(configuration.template): \(stack.functions.count) functions, \(stack.tables.count) tables")
            )
            for function in FunctionConfiguration.all(of: stack, executables: configuration.functions) {
                let isThere = access(function.executable, X_OK) == 0
                findings.append(
                    Finding(
                        isProblem: !isThere,
                        text: isThere
                            ? "\(function.logicalID): \(function.executable)"
                            : "\(function.logicalID): \(function.executable) is missing; build it with `swift build`"))
            }
            coverage = TemplateDiagnosis(stack)
        } catch {
            findings.append(Finding(isProblem: true, text: error.description))
        }
        return Diagnosis(findings: findings, coverage: coverage)
    }

    /// Programs that go well with the emulator, and what is missing without them.
    private static let programs = [
        ("swift", "it builds the functions"), ("python3", "the tests with real clients need it"),
        ("aws", "it is one way to call the emulator"),
    ]

    private static func path(of program: String) -> String? {
        let folders = getenv("PATH").map { String(cString: $0) }?.split(separator: ":") ?? []
        return folders.lazy.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}
