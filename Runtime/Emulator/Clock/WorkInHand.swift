import Synchronization

/// Counts what the emulator is doing by itself, so that others can wait until nothing is left to do.
///
/// Each piece begins before the one that caused it ends: an idle moment is then truly one. What merely waits for a time
/// is no work.
package final class WorkInHand: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    package init() {}

    package func begin() { state.withLock { $0.count += 1 } }

    package func end() {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            state.count -= 1
            precondition(state.count >= 0, "a piece of work ended twice")
            guard state.count == 0 else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    package var isIdle: Bool { state.withLock { $0.count == 0 } }

    /// Returns at the first moment at which nothing is in hand.
    package func idle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.count > 0 { state.waiters.append(continuation) }
                return state.count == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
