import ItemDB
import Synchronization
package import Time

// Moving the clock, and what falls due on the way.
extension Deployment {
    private static var kind: String { "clock" }
    private static var key: String { "ahead" }
    /// Instants at which something falls due, in one move.
    package static let dueInstantsMax = 1_000_000

    /// Sets a clock as far ahead of the wall clock as it was when the database was last open.
    static func resumeClock(_ clock: EmulatorClock, from database: ItemDatabase) throws(EmulatorError) {
        do throws(StorageError) {
            guard let record = try database.records(of: kind).first,
                let ahead = Int64(String(decoding: record.value, as: UTF8.self))
            else { return }
            clock.run(from: EmulatorClock.wall + .milliseconds(ahead))
        } catch {
            throw EmulatorError("\(error)")
        }
    }

    /// Moves the clock forward. What falls due on the way is carried out in order, each with all that follows from it,
    /// at its own time; the clock then runs on, or stands if it stood.
    ///
    /// - Returns: at how many instants something fell due.
    /// - Throws: `EmulatorError` if the instant is in the past or after ``EmulatorClock/latest``, another move is under
    ///   way, or more than ``dueInstantsMax`` instants are due: the clock then stays where that was reached.
    package func advance(to target: Timestamp) async throws(EmulatorError) -> Int {
        try await advance { _ in target }
    }

    /// Moves the clock forward by so much, 0 included.
    ///
    /// - Returns, throws: as ``advance(to:)``.
    package func advance(byMilliseconds milliseconds: Int) async throws(EmulatorError) -> Int {
        try await advance { start in
            // Past the end at once: the sum might be no number any more.
            milliseconds > EmulatorClock.latest.milliseconds
                ? Timestamp(milliseconds: .max) : start + .milliseconds(milliseconds)
        }
    }

    private func advance(to target: (Timestamp) -> Timestamp) async throws(EmulatorError) -> Int {
        let runs = clock.ahead != nil
        let start = clock.now
        let target = target(start)
        guard target >= start else {
            throw EmulatorError("\(target) is in the past, it is \(start): the clock never goes back.")
        }
        guard target <= EmulatorClock.latest else {
            throw EmulatorError("The clock goes no further than \(EmulatorClock.latest).")
        }
        guard isMovingClock.exchange(true, ordering: .acquiring) == false else {
            throw EmulatorError("The clock is being moved already. Wait until that is done.")
        }
        defer { isMovingClock.store(false, ordering: .releasing) }
        clock.stand(at: start)
        let result: Result<Int, EmulatorError>
        do throws(EmulatorError) {
            result = .success(try await carryOutDue(until: target))
            clock.stand(at: target)
        } catch {
            result = .failure(error)
        }
        if runs { clock.run(from: clock.now) }
        let ahead = clock.ahead
        try await services.call { services in
            if let ahead {
                services.host.journal.put(Self.kind, Self.key, Array(String(ahead.wholeMilliseconds).utf8))
            }
            services.host.timers.setAlarm()
        }
        await work.idle()
        return try result.get()
    }

    /// Returns when nothing is in hand any more; what waits for a time goes on waiting.
    package func idle() async { await work.idle() }

    private func carryOutDue(until target: Timestamp) async throws(EmulatorError) -> Int {
        await work.idle()
        for count in 0...Self.dueInstantsMax {
            guard let due = try await nextDue(), due <= target else { return count }
            clock.stand(at: max(due, clock.now))
            try await expireDue()
            try await services.call { $0.host.timers.fireDue() }
            await work.idle()
        }
        throw EmulatorError(
            "More than \(Self.dueInstantsMax) instants are due before \(target); the clock is at \(clock.now). Move it in "
                + "smaller steps.")
    }

    /// When the next timer or item falls due.
    private func nextDue() async throws(EmulatorError) -> Timestamp? {
        let timer = try await services.call { $0.host.timers.nextDue }
        let expiry: Timestamp?
        do throws(StorageError) { expiry = try database.nextExpiry() } catch { throw EmulatorError("\(error)") }
        return [timer, expiry].compactMap { $0 }.min()
    }

    /// Deletes the items whose time to live has passed by now.
    private func expireDue() async throws(EmulatorError) {
        let atOnce = 1_000
        var deleted = atOnce
        while deleted == atOnce {
            let result = await withCheckedContinuation { continuation in
                database.expire(limit: atOnce) { continuation.resume(returning: $0) }
            }
            do { deleted = try result.get() } catch { throw EmulatorError("Expired items can't be deleted: \(error)") }
        }
    }
}
