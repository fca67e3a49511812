import Machine
import Synchronization
package import Time

/// The emulator's one clock: it runs as far ahead of the wall clock as it was moved, or stands still at an instant.
package final class EmulatorClock: Sendable {
    private enum Mode {
        case running(ahead: Duration)
        case standing(Timestamp)
    }

    /// Past it texts of instants have no four-digit year, which logs, events and the schedules' own texts rely on.
    package static let latest = Timestamp(rfc3339: "9999-12-31T23:59:59.999Z")!

    private let mode: Mutex<Mode>

    /// - Parameter ahead: of the wall clock.
    package init(ahead: Duration = .zero) { mode = Mutex(.running(ahead: ahead)) }

    package init(standingAt instant: Timestamp) { mode = Mutex(.standing(instant)) }

    package var now: Timestamp {
        mode.withLock { mode in
            switch mode {
            case .running(let ahead): Self.wall + ahead
            case .standing(let instant): instant
            }
        }
    }

    /// How far it is ahead of the wall clock; nil while it stands.
    package var ahead: Duration? {
        mode.withLock { mode in if case .running(let ahead) = mode { ahead } else { nil } }
    }

    /// Stands still at `instant` until it is moved or runs again: a replay's results must not depend on the wall clock.
    package func stand(at instant: Timestamp) { mode.withLock { $0 = .standing(instant) } }

    /// Runs on from `instant`.
    package func run(from instant: Timestamp) { mode.withLock { $0 = .running(ahead: instant - Self.wall) } }

    /// The machine's own time, for deadlines that other processes compare with their wall clock.
    package static var wall: Timestamp { WallClock.now() }
}
