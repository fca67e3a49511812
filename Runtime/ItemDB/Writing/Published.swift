import Synchronization

/// What the writer shows to other threads.
final class Published: Sendable {
    private struct State {
        var catalog: Catalog
        var counts: [Int64: ItemCount?]
        var observers: [@Sendable ([Change]) -> Void] = []
    }

    private let state: Mutex<State>

    init(catalog: Catalog, counts: [Int64: ItemCount?]) {
        state = Mutex(State(catalog: catalog, counts: counts))
    }

    var catalog: Catalog { state.withLock { $0.catalog } }

    func table(named name: String) -> Table? { state.withLock { $0.catalog.tables[name] } }

    /// nil if there is no such table or index; a nil count is not known yet.
    func count(_ id: Int64) -> ItemCount?? { state.withLock { $0.counts[id] } }

    var isObserved: Bool { state.withLock { !$0.observers.isEmpty } }

    func observe(_ observer: @escaping @Sendable ([Change]) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    func update(_ session: WriteSession) {
        let (catalog, counts) = (session.isCatalogChanged ? session.catalog : nil, session.counts)
        state.withLock { state in
            if let catalog { state.catalog = catalog }
            state.counts = counts
        }
    }

    func tell(_ changes: [Change]) {
        for observer in state.withLock({ $0.observers }) { observer(changes) }
    }
}
