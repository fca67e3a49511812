package import JSON

/// The part of JSONPath that picks one value of an event: `$`, `$.detail.items[0].name`. Members by dots, elements by
/// number.
///
/// - Note: Source: EventBridge API Reference, InputTransformer ("You must use JSON dot notation, not bracket
/// notation").
package struct InputPath: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    private let steps: [Step]

    package static let bytesMax = 256

    /// Nil for what is no such path, wildcards, filters and names in brackets included.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax, text.first == "$" else { return nil }
        var rest = text.dropFirst()
        var steps: [Step] = []
        while let sign = rest.popFirst() {
            switch sign {
            case ".":
                let name = rest.prefix { !Self.signs.contains($0) }
                guard !name.isEmpty else { return nil }
                steps.append(.member(String(name)))
                rest = rest[name.endIndex...]
            case "[":
                let digits = rest.prefix { $0 != "]" }
                guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
                    let index = Int(digits), digits.endIndex < rest.endIndex
                else { return nil }
                steps.append(.element(index))
                rest = rest[digits.endIndex...].dropFirst()
            default: return nil
            }
        }
        self.steps = steps
    }

    private static let signs: Set<Character> = [".", "[", "]", "*", "?", "@", "(", ")", "'", "\"", "$", " "]

    /// Nil if the event has nothing there.
    package func value(in event: JSONValue) -> JSONValue? {
        var value = event
        for step in steps {
            let next: JSONValue? =
                switch step {
                case .member(let name): value[name]
                case .element(let index): value[index]
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
