import ArgumentParser
import Emulator

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is installed and what of the template is covered.",
        discussion: "Exit status 1 if something is missing that a replay needs.")

    @OptionGroup var shared: TemplateOptions

    func run() async throws {
        let findings = Emulator.examine(try shared.configuration())
        for finding in findings { print(finding.line) }
        if findings.contains(where: \.isProblem) { throw ExitCode(1) }
    }
}
