import Glibc
package import JSON
import Machine
import Time

/// Writes one line per message, with the id of the request, in the format and from the level the function is set to.
package struct Logger: Sendable {
    package enum Stream: Hashable, Sendable { case standardOutput, standardError }

    /// Takes one line, its line feed included.
    package typealias Output = @Sendable (Stream, [UInt8]) -> Void

    package let settings: LogSettings
    private let requestID: String?
    private let tenantID: String?
    package let output: Output

    package init(
        _ settings: LogSettings = LogSettings(), requestID: String? = nil, tenantID: String? = nil,
        output: @escaping Output = Logger.writeLine
    ) {
        self.settings = settings
        self.requestID = requestID
        self.tenantID = tenantID
        self.output = output
    }

    /// Writes nothing.
    package static let discarding = Logger(output: { _, _ in })

    func request(_ requestID: String, tenantID: String?) -> Logger {
        Logger(settings, requestID: requestID, tenantID: tenantID, output: output)
    }

    package func debug(_ message: @autoclosure () -> String, _ details: @autoclosure () -> JSONObject = [:]) {
        log(.debug, message(), details())
    }

    package func info(_ message: @autoclosure () -> String, _ details: @autoclosure () -> JSONObject = [:]) {
        log(.info, message(), details())
    }

    package func warn(_ message: @autoclosure () -> String, _ details: @autoclosure () -> JSONObject = [:]) {
        log(.warn, message(), details())
    }

    package func error(_ message: @autoclosure () -> String, _ details: @autoclosure () -> JSONObject = [:]) {
        log(.error, message(), details())
    }

    /// - Parameter details: more members of a JSON line, none called as one of ours; in text they follow the message.
    package func log(
        _ level: LogSettings.Level, _ message: @autoclosure () -> String,
        _ details: @autoclosure () -> JSONObject = [:]
    ) {
        guard level >= settings.level else { return }
        let line =
            switch settings.format {
            case .json: jsonLine(level, message(), details())
            case .text: textLine(level, message(), details())
            }
        output(.standardError, line)
    }

    private func jsonLine(_ level: LogSettings.Level, _ message: String, _ details: JSONObject) -> [UInt8] {
        var members: JSONObject = [
            "timestamp": .string(WallClock.now().description), "level": .string(level.name),
            "message": .string(message),
        ]
        if let requestID { members["requestId"] = .string(requestID) }
        if let tenantID { members["tenantId"] = .string(tenantID) }
        for (name, value) in details where members[name] == nil { members[name] = value }
        var line = JSONValue.object(members).compactBytes
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// The fields of Lambda's own runtimes, between tabs.
    private func textLine(_ level: LogSettings.Level, _ message: String, _ details: JSONObject) -> [UInt8] {
        var line = Array("\(WallClock.now())\t\(requestID ?? "-")\t\(level.name)\t".utf8)
        // One line per message, whatever it holds.
        line.append(contentsOf: message.utf8.map { $0 == UInt8(ascii: "\n") ? UInt8(ascii: "\r") : $0 })
        if !details.isEmpty {
            line.append(UInt8(ascii: "\t"))
            JSONValue.object(details).write(into: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Writes the line with one system call where the kernel takes all of it, so that lines do not mix.
    package static let writeLine: Output = { stream, line in
        line.withUnsafeBytes { bytes in
            let descriptor = stream == .standardOutput ? STDOUT_FILENO : STDERR_FILENO
            var position = 0
            while position < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + position, bytes.count - position)
                if count < 0, errno == EINTR { continue }
                // Nobody to tell that the log is closed.
                guard count > 0 else { return }
                position += count
            }
        }
    }
}
