import Glibc

/// How one case ended.
package struct ReplayOutcome: Sendable {
    package enum Verdict: Sendable {
        case passed
        case differs([String])
        /// Nobody has said what to expect; `--update` writes what was seen.
        case noExpectation
        case updated
        /// It could not be run at all.
        case failed(String)

        package var isGood: Bool {
            switch self {
            case .passed, .updated: true
            case .differs, .noExpectation, .failed: false
            }
        }
    }

    package var name: String
    package var verdict: Verdict
    package var duration: Duration
    /// The functions' logs, shown when the verdict is bad.
    package var log: [UInt8] = []
    /// nil unless it is counted.
    package var usage: Usage?

    package var isGood: Bool { verdict.isGood }

    /// The line of the report, and what explains it.
    package var lines: [String] {
        let time = "\(duration.millisecondsText) ms"
        switch verdict {
        case .passed: return ["ok    \(name)  \(time)"]
        case .updated: return ["wrote \(name)  \(time)"]
        case .noExpectation:
            return [
                "DIFF  \(name)  \(time)",
                "      no expectation: look at what --update writes, and keep it if it is right",
            ]
        case .differs(let differences):
            return ["DIFF  \(name)  \(time)"] + differences.map { "      \($0)" } + logLines
        case .failed(let reason):
            return ["FAIL  \(name)  \(time)", "      \(reason)"] + logLines
        }
    }

    private var logLines: [String] {
        String(decoding: log, as: UTF8.self).split(separator: "\n").map { "      | \($0)" }
    }
}

/// The result of a replay for continuous integration.
///
/// - Note: The format is JUnit's XML as Jenkins and GitLab read it.
package enum JUnitReport {
    package static func text(of outcomes: [ReplayOutcome]) -> String {
        let failures = outcomes.filter { !$0.isGood }.count
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuite name=\"replay\" tests=\"\(outcomes.count)\" failures=\"\(failures)\">\n"
        for outcome in outcomes {
            let parts = outcome.name.split(separator: "/", maxSplits: 1).map { escaped(String($0)) }
            let time = Double(outcome.duration.microseconds) / 1e6
            text += "  <testcase classname=\"\(parts[0])\" name=\"\(parts.last!)\" time=\"\(time)\""
            if outcome.isGood {
                text += "/>\n"
            } else {
                let detail = outcome.lines.dropFirst().joined(separator: "\n")
                text += ">\n    <failure message=\"differs\">\(escaped(detail))</failure>\n  </testcase>\n"
            }
        }
        return text + "</testsuite>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // XML 1.0, section 2.2, has no way to write the other control characters.
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
