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
        name: .customLong("variable"), parsing: .singleValue,
        help: ArgumentHelp(
            "A variable in the environment of every function, in place of the template's. May be given several times. "
                + "AWS_ENDPOINT_URL_DYNAMODB=http://… has them use another DynamoDB than the emulator's.",
            valueName: "NAME=value"))
    var variables: [String] = []

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
        var configuration = EmulatorConfiguration(
            template: template, functions: functions,
            parameters: try Self.values(parameters, misread: "--parameter takes Name=Value"))
        configuration.variables = try Self.values(variables, misread: "--variable takes NAME=value")
        configuration.allowsUncovered = allow
        configuration.enforcesPolicies = !ignoresPolicies
        configuration.seedFolder = try seedFolder()
        return configuration
    }

    private static func values(_ texts: [String], misread: String) throws(EmulatorError) -> [String: String] {
        var values: [String: String] = [:]
        for text in texts {
            guard let mark = text.firstIndex(of: "="), mark > text.startIndex else {
                throw EmulatorError("\(misread), not '\(text)'.")
            }
            values[String(text[..<mark])] = String(text[text.index(after: mark)...])
        }
        return values
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
