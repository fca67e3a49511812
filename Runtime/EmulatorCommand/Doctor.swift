import ArgumentParser
import Emulator
import JSON

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is installed and what of the template is covered.",
        discussion: """
            Each section, resource and property of the template is used, or has no effect here for a reason, or is a \
            problem: it would change behaviour, and the emulator does not act on it. Exit status 1 if there is a problem or \
            something is missing that a replay needs.
            """)

    @OptionGroup var shared: TemplateOptions

    @Flag(help: "Prints JSON: the findings, and the template's parts with their status and line.")
    var json = false

    func run() async throws {
        let diagnosis = Emulator.examine(try shared.configuration())
        if json {
            let findings = diagnosis.findings.map { finding -> JSONValue in
                ["isProblem": .bool(finding.isProblem), "text": .string(finding.text)]
            }
            let report: JSONValue = [
                "isGood": .bool(diagnosis.isGood), "findings": .array(findings),
                "template": diagnosis.coverage?.json ?? .null,
            ]
            print(report.prettyText)
        } else {
            for finding in diagnosis.findings { print(finding.line) }
            for line in diagnosis.coverage?.lines ?? [] { print(line) }
        }
        if !diagnosis.isGood { throw ExitCode(1) }
    }
}
