import ItemDB
import NIOCore
import Synchronization

/// Tells the services' loop which tables have changed, without keeping those who write waiting.
final class TableChanges: Sendable {
    private struct State {
        var watched: Set<String> = []
        var changed: Set<String> = []
        var traces: [Int64: String] = [:]
        var isTelling = false
    }

    private let state = Mutex(State())
    private let loop: any EventLoop
    private let work: WorkInHand
    private let wake: NIOLoopBound<(Set<String>, [Int64: String]) -> Void>

    /// - Parameter wake: called on the loop with the names of changed tables, and the tracing headers of changes by
    ///   their numbers; in a turn of its own.
    init(of database: ItemDatabase, host: ServiceHost, wake: @escaping (Set<String>, [Int64: String]) -> Void) {
        loop = host.loop
        work = host.work
        self.wake = NIOLoopBound(wake, eventLoop: host.loop)
        database.onCommit { [weak self] changes in self?.note(changes) }
    }

    func watch(_ tables: Set<String>) { state.withLock { $0.watched = tables } }

    /// On the writer's thread: whatever was written meanwhile is told at once.
    private func note(_ changes: [Change]) {
        let tells = state.withLock { state in
            for change in changes where state.watched.contains(change.table) {
                state.changed.insert(change.table)
                if let trace = change.trace { state.traces[change.sequence] = trace }
            }
            guard !state.changed.isEmpty, !state.isTelling else { return false }
            state.isTelling = true
            return true
        }
        guard tells else { return }
        work.begin()
        loop.execute { [self] in
            let (changed, traces) = state.withLock { state in
                defer { (state.changed, state.traces, state.isTelling) = ([], [:], false) }
                return (state.changed, state.traces)
            }
            wake.value(changed, traces)
            work.end()
        }
    }
}
