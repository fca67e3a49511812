import Glibc
import Synchronization
package import Time

/// The emulator's one clock: it runs with the wall clock until someone moves it, and it never goes back.
package final class EmulatorClock: Sendable {
    private struct State {
        var offset: Int64 = 0
        /// The instant at which the clock stands still, in a replay.
        var frozenAt: Timestamp?
    }
    private let state = Mutex(State())

    package init() {}

    package var now: Timestamp {
        state.withLock { state in
            state.frozenAt ?? Timestamp(milliseconds: Self.wall.milliseconds + state.offset)
        }
    }

    /// Stands still at `instant` until the next call: a replay's results must not depend on the wall clock.
    package func freeze(at instant: Timestamp) {
        state.withLock { $0.frozenAt = instant }
    }

    /// Jumps forward.
    package func advance(by duration: Duration) {
        precondition(duration >= .zero, "the emulator's clock never goes back")
        state.withLock { state in
            if let frozen = state.frozenAt { state.frozenAt = frozen + duration }
            state.offset += duration.wholeMilliseconds
        }
    }

    /// The machine's own time, for deadlines that other processes compare with their wall clock.
    package static var wall: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
