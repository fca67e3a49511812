package import JSON

/// Where two JSON values differ, as lines for people.
package enum JSONDifference {
    /// One line per place, in order; a long value is cut to 200 characters.
    package static func lines(expected: JSONValue?, actual: JSONValue?, at path: String = "") -> [String] {
        switch (expected, actual) {
        case (.object(let expected), .object(let actual)):
            var lines: [String] = []
            for (key, value) in expected {
                lines += Self.lines(expected: value, actual: actual[key], at: path.isEmpty ? key : "\(path).\(key)")
            }
            for (key, value) in actual where expected[key] == nil {
                lines += Self.lines(expected: nil, actual: value, at: path.isEmpty ? key : "\(path).\(key)")
            }
            return lines
        case (.array(let expected), .array(let actual)):
            return (0..<max(expected.count, actual.count)).flatMap { index in
                Self.lines(
                    expected: expected.dropFirst(index).first, actual: actual.dropFirst(index).first,
                    at: "\(path)[\(index)]")
            }
        case (let expected, let actual) where expected == actual:
            return []
        case (nil, let actual?):
            return ["+ \(path): \(shortened(actual))"]
        case (let expected?, nil):
            return ["- \(path): \(shortened(expected))"]
        case (let expected, let actual):
            return ["- \(path): \(shortened(expected!))", "+ \(path): \(shortened(actual!))"]
        }
    }

    private static func shortened(_ value: JSONValue) -> String {
        let text = value.compactText
        return text.count <= 200 ? text : text.prefix(200) + "…"
    }
}
