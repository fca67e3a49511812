import Synchronization

/// What the writer shows to other threads.
final class Published: Sendable {
    private struct State {
        var catalog: Catalog
        var counts: [Int64: ItemCount]
        var observers: [@Sendable ([Change]) -> Void] = []
    }

    private let state: Mutex<State>

    init(catalog: Catalog, counts: [Int64: ItemCount]) {
        state = Mutex(State(catalog: catalog, counts: counts))
    }

    var catalog: Catalog { state.withLock { $0.catalog } }

    func table(named name: String) -> Table? { state.withLock { $0.catalog.tables[name] } }

    /// Of tables and indexes by id; after a crash they are not known until somebody asks.
    var counts: [Int64: ItemCount] { state.withLock { $0.counts } }

    func count(_ id: Int64) -> ItemCount? { state.withLock { $0.counts[id] } }

    var isObserved: Bool { state.withLock { !$0.observers.isEmpty } }

    func observe(_ observer: @escaping @Sendable ([Change]) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    func update(catalog: Catalog?, _ changes: CountChanges) {
        state.withLock { state in
            if let catalog { state.catalog = catalog }
            changes.apply(to: &state.counts)
        }
    }

    func tell(_ changes: [Change]) {
        for observer in state.withLock({ $0.observers }) { observer(changes) }
    }
}
