import Glibc
package import Time

/// The machine's clock. Rules never ask it: they are told the time.
package enum WallClock {
    @Sendable package static func now() -> Timestamp {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(milliseconds: Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000)
    }
}
