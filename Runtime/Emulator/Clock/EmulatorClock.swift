import Glibc
import Synchronization
package import Time

/// The emulator's one clock: it runs with the wall clock, or stands still at an instant of a replay.
package final class EmulatorClock: Sendable {
    /// The instant at which the clock stands still, in a replay.
    private let frozenAt = Mutex<Timestamp?>(nil)

    package init() {}

    package var now: Timestamp { frozenAt.withLock { $0 } ?? Self.wall }

    /// Stands still at `instant` until the next call: a replay's results must not depend on the wall clock.
    package func freeze(at instant: Timestamp) {
        frozenAt.withLock { $0 = instant }
    }

    /// The machine's own time, for deadlines that other processes compare with their wall clock.
    package static var wall: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
