import Items
import Synchronization

/// Parsed expressions, so that a repeated request skips the parser. Bounded: when full it starts afresh, which costs
/// one parse for each expression still in use and keeps a hit at one lookup.
final class ExpressionCache: Sendable {
    static let shared = ExpressionCache()

    static let entriesMax = 1_000

    final class Condition: Sendable {
        let root: ConditionNode
        let source: ExpressionSource
        init(_ root: ConditionNode, _ source: ExpressionSource) {
            self.root = root
            self.source = source
        }
    }

    final class Update: Sendable {
        let root: UpdateNode
        let source: ExpressionSource
        init(_ root: UpdateNode, _ source: ExpressionSource) {
            self.root = root
            self.source = source
        }
    }

    private struct Key: Hashable {
        var kind: ExpressionKind
        var text: String
        var names: [String: String]

        /// By the bytes of what names stand for: names that look alike are not the same.
        static func == (a: Key, b: Key) -> Bool {
            a.kind == b.kind && a.text == b.text && a.names.count == b.names.count
                && a.names.allSatisfy { name, text in
                    b.names[name].map { AttributeName($0) == AttributeName(text) } ?? false
                }
        }
    }

    private let conditions = Mutex<[Key: Condition]>([:])
    private let updates = Mutex<[Key: Update]>([:])

    func condition(
        _ text: String, kind: ExpressionKind, names: [String: String]
    ) throws(ExpressionError) -> Condition {
        let key = Key(kind: kind, text: text, names: names)
        if let known = conditions.withLock({ $0[key] }) { return known }
        let (root, reader) = try ConditionParser.parse(text, kind: kind)
        let parsed = Condition(root, ExpressionSource(reader, names: names))
        conditions.withLock { Self.keep(parsed, key, in: &$0) }
        return parsed
    }

    func update(_ text: String, names: [String: String]) throws(ExpressionError) -> Update {
        let key = Key(kind: .update, text: text, names: names)
        if let known = updates.withLock({ $0[key] }) { return known }
        let (root, reader) = try UpdateParser.parse(text)
        let parsed = Update(root, ExpressionSource(reader, names: names))
        updates.withLock { Self.keep(parsed, key, in: &$0) }
        return parsed
    }

    private static func keep<Parsed>(_ parsed: Parsed, _ key: Key, in entries: inout [Key: Parsed]) {
        if entries.count >= entriesMax { entries.removeAll(keepingCapacity: true) }
        entries[key] = parsed
    }
}
