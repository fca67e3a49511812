import ItemDB
import Items
import JSON
import Synchronization

/// Collects what a case changes, and says what of it remains.
final class ChangeRecorder: Sendable {
    private struct ItemID: Hashable {
        var table: String
        var key: Item
    }

    private struct Net {
        var before: Item?
        var after: Item?
    }

    private struct State {
        var latest: [ItemID: Net] = [:]
        var all: [ItemID: Net] = [:]
    }

    private let state = Mutex(State())

    func observe(_ committed: [Change]) {
        state.withLock { state in
            for change in committed {
                Self.enter(change, in: &state.latest)
                Self.enter(change, in: &state.all)
            }
        }
    }

    private static func enter(_ change: Change, in changes: inout [ItemID: Net]) {
        let id = ItemID(table: change.table, key: change.key)
        if changes[id] == nil { changes[id] = Net(before: change.old?.item) }
        changes[id]?.after = change.new?.item
    }

    /// The changes since the last call, net, by table and key; an item that is as it was before is left out.
    ///
    /// `before` and `after` are null for an item that is not there; when both are, they hold only what differs. The
    /// key's attributes are in `key` alone.
    ///
    /// - Parameter logicalID: the template's name of a table.
    func take(naming logicalID: (String) -> String) -> [JSONValue] {
        let taken = state.withLock { state in
            defer { state.latest = [:] }
            return state.latest
        }
        return Self.describe(taken, logicalID, Self.differing)
    }

    /// All changes, net, each item whole.
    func total(naming logicalID: (String) -> String) -> [JSONValue] {
        Self.describe(state.withLock { $0.all }, logicalID) { net, key in
            (Self.json(net.before, without: key) { _ in true }, Self.json(net.after, without: key) { _ in true })
        }
    }

    private static func describe(
        _ changes: [ItemID: Net], _ logicalID: (String) -> String, _ shown: (Net, Item) -> (JSONValue, JSONValue)
    ) -> [JSONValue] {
        let described = changes.compactMap { id, net -> (sortKey: String, json: JSONValue)? in
            guard net.before != net.after else { return nil }
            let (before, after) = shown(net, id.key)
            let key = JSONValue.object(JSONObject(id.key.dynamoDBJSON.object?.sortedByName ?? []))
            let table = logicalID(id.table)
            return (
                "\(table) \(key.compactText)",
                ["table": .string(table), "key": key, "before": before, "after": after]
            )
        }
        return described.sorted { $0.sortKey < $1.sortKey }.map(\.json)
    }

    private static func json(_ item: Item?, without key: Item, where isShown: (String) -> Bool) -> JSONValue {
        guard let item else { return .null }
        let members = item.dynamoDBJSON.object?.sortedByName ?? []
        return .object(JSONObject(members.filter { key[$0.0] == nil && isShown($0.0) }))
    }

    private static func differing(_ net: Net, without key: Item) -> (JSONValue, JSONValue) {
        guard let before = net.before, let after = net.after else {
            return (json(net.before, without: key) { _ in true }, json(net.after, without: key) { _ in true })
        }
        let differs = { (name: String) in before[name] != after[name] }
        return (json(before, without: key, where: differs), json(after, without: key, where: differs))
    }
}

extension JSONObject {
    fileprivate var sortedByName: [(String, JSONValue)] {
        members.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
}
