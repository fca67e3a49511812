import Glibc
package import JSON

/// One thing to replay: a single event or a flow.
package struct ReplayCase: Sendable {
    package enum Content: Sendable {
        case event(function: String)
        case flow
    }

    /// `CastVote/free` or `flows/purchase`.
    package let name: String
    package let file: String
    package let expectedFile: String
    package let content: Content

    /// Every case under `events`, sorted by name.
    ///
    /// - Throws: `EmulatorError` if the folder can't be read or an expectation has no event.
    package static func discover(in events: String) throws(EmulatorError) -> [ReplayCase] {
        var cases: [ReplayCase] = []
        for folder in try Directory.entries(of: events) where !["README.md", "seed"].contains(folder) {
            guard Directory.isDirectory("\(events)/\(folder)") else {
                throw EmulatorError(
                    "\(events)/\(folder) means nothing here: events stand in folders named as functions.")
            }
            let files = try Directory.entries(of: "\(events)/\(folder)")
            for file in files {
                let path = "\(events)/\(folder)/\(file)"
                if file.hasSuffix(expectedSuffix) {
                    let event = String(file.dropLast(expectedSuffix.count)) + (folder == "flows" ? ".yaml" : ".json")
                    guard files.contains(event) else {
                        throw EmulatorError(
                            "\(path) expects something of \(event), but there is no such file beside it.")
                    }
                } else if folder == "flows", file.hasSuffix(".yaml") {
                    cases.append(ReplayCase(folder, path, dropping: ".yaml", content: .flow))
                } else if folder != "flows", file.hasSuffix(".json") {
                    cases.append(ReplayCase(folder, path, dropping: ".json", content: .event(function: folder)))
                } else {
                    throw EmulatorError(
                        "\(path) means nothing here: events are <function>/<case>.json, flows are flows/<name>.yaml.")
                }
            }
        }
        return cases.sorted { $0.name < $1.name }
    }

    private static let expectedSuffix = ".expected.json"

    private init(_ folder: String, _ path: String, dropping suffix: String, content: Content) {
        let stem = String(path.dropLast(suffix.count))
        name = "\(folder)/\(stem.split(separator: "/").last!)"
        file = path
        expectedFile = stem + Self.expectedSuffix
        self.content = content
    }

    /// Whether the tables are looked through when it has ended: not after an event that tells of changes of a table,
    /// which were never made.
    var isAudited: Bool {
        get throws(EmulatorError) {
            guard case .event = content else { return true }
            return try TextFile.json(file)["Records"]?.array?.first?["eventSource"] != "aws:dynamodb"
        }
    }

    /// What should be seen, or nil if nobody has said so yet.
    package func expectation() throws(EmulatorError) -> JSONValue? {
        guard access(expectedFile, F_OK) == 0 else { return nil }
        return try TextFile.json(expectedFile)
    }
}
