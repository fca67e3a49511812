import ArgumentParser
import Emulator

/// What every subcommand needs to find: the template and the functions' executables.
struct TemplateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The SAM template.", valueName: "file"))
    var template = "template.yaml"

    @Option(
        help: ArgumentHelp(
            "The folder of the functions' executables, each named as its function's Handler.", valueName: "folder"))
    var functions = ".build/release"

    @Option(
        name: .customLong("parameter"), parsing: .singleValue,
        help: ArgumentHelp(
            "A value for a parameter of the template, in place of its default. May be given several times.",
            valueName: "Name=Value"))
    var parameters: [String] = []

    @Option(
        help: ArgumentHelp(
            "The items that fresh tables start with, a JSON file per table (default: events/seed beside the template, "
                + "if there is one).", valueName: "folder"))
    var seed: String?

    @Flag(help: "Goes on although the emulator would ignore something of the template that changes behaviour.")
    var allow = false

    @Flag(name: .customLong("no-iam"), help: "Functions may do everything, whatever their policies say.")
    var ignoresPolicies = false

    func configuration() throws(EmulatorError) -> EmulatorConfiguration {
        var overrides: [String: String] = [:]
        for parameter in parameters {
            guard let mark = parameter.firstIndex(of: "=") else {
                throw EmulatorError("--parameter takes Name=Value, not '\(parameter)'.")
            }
            overrides[String(parameter[..<mark])] = String(parameter[parameter.index(after: mark)...])
        }
        var configuration = EmulatorConfiguration(template: template, functions: functions, parameters: overrides)
        configuration.allowsUncovered = allow
        configuration.enforcesPolicies = !ignoresPolicies
        configuration.seedFolder = try seedFolder()
        return configuration
    }

    private func seedFolder() throws(EmulatorError) -> String? {
        if let seed {
            guard Directory.isDirectory(seed) else { throw EmulatorError("--seed: there is no folder \(seed).") }
            return seed
        }
        let beside = template.lastIndex(of: "/").map { String(template[...$0]) } ?? ""
        return Directory.isDirectory("\(beside)events/seed") ? "\(beside)events/seed" : nil
    }
}
