import Machine

/// How lines are written and which.
///
/// - Note: Source: AWS Lambda Developer Guide, "Configuring advanced logging controls".
package struct LogSettings: Hashable, Sendable {
    package enum Format: Hashable, Sendable { case text, json }

    package enum Level: Int, CaseIterable, Comparable, Sendable {
        case trace, debug, info, warn, error, fatal

        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        package var name: String {
            switch self {
            case .trace: "TRACE"
            case .debug: "DEBUG"
            case .info: "INFO"
            case .warn: "WARN"
            case .error: "ERROR"
            case .fatal: "FATAL"
            }
        }
    }

    package var format: Format
    /// Lines below it are not written.
    package var level: Level

    package init(format: Format = .text, level: Level = .info) {
        self.format = format
        self.level = level
    }

    /// - Parameters:
    ///   - format: `AWS_LAMBDA_LOG_FORMAT`: `JSON` or `Text`, the default.
    ///   - level: `AWS_LAMBDA_LOG_LEVEL`: a level's name; anything else is `INFO`.
    package init(format: String?, level: String?) {
        self.format = format?.uppercased() == "JSON" ? .json : .text
        let name = level?.uppercased()
        self.level = Level.allCases.first { $0.name == name } ?? .info
    }

    static func fromEnvironment() -> LogSettings {
        LogSettings(
            format: Environment.text("AWS_LAMBDA_LOG_FORMAT"), level: Environment.text("AWS_LAMBDA_LOG_LEVEL"))
    }
}
