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

    private let changes = Mutex<[ItemID: Net]>([:])

    func observe(_ committed: [Change]) {
        changes.withLock { changes in
            for change in committed {
                let id = ItemID(table: change.table, key: change.key)
                if changes[id] == nil { changes[id] = Net(before: change.old?.item) }
                changes[id]?.after = change.new?.item
            }
        }
    }

    /// The changes since the last call, net, by table and key; an item that is as it was before is left out.
    ///
    /// `before` and `after` are null for an item that is not there; when both are, they hold only what differs. The
    /// key's attributes are in `key` alone.
    ///
    /// - Parameter logicalID: the template's name of a table.
    func take(naming logicalID: (String) -> String) -> [JSONValue] {
        let taken = changes.withLock { changes in
            defer { changes = [:] }
            return changes
        }
        let described = taken.compactMap { id, net -> (sortKey: String, json: JSONValue)? in
            guard net.before != net.after else { return nil }
            let (before, after) = Self.differing(net, without: id.key)
            let key = JSONValue.object(JSONObject(id.key.dynamoDBJSON.object?.sortedByName ?? []))
            let table = logicalID(id.table)
            return (
                "\(table) \(key.compactText)",
                ["table": .string(table), "key": key, "before": before, "after": after]
            )
        }
        return described.sorted { $0.sortKey < $1.sortKey }.map(\.json)
    }

    private static func differing(_ net: Net, without key: Item) -> (JSONValue, JSONValue) {
        func json(_ item: Item?, where isShown: (String) -> Bool) -> JSONValue {
            guard let item else { return .null }
            let members = item.dynamoDBJSON.object?.sortedByName ?? []
            return .object(JSONObject(members.filter { key[$0.0] == nil && isShown($0.0) }))
        }
        guard let before = net.before, let after = net.after else {
            return (json(net.before) { _ in true }, json(net.after) { _ in true })
        }
        let differs = { (name: String) in before[name] != after[name] }
        return (json(before, where: differs), json(after, where: differs))
    }
}

extension JSONObject {
    fileprivate var sortedByName: [(String, JSONValue)] {
        members.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
}
