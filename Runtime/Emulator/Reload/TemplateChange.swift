import Synchronization
import Template

// From one template to the next, with everything that is kept.
extension Deployment {
    /// What functions have in hand is waited for, but no longer than this.
    private static let drainMax = Duration.seconds(10)
    private static let clockPause = Duration.milliseconds(20)

    /// Goes over to another stack on the same ground. Functions that are described as before stay warm; sockets stay
    /// open; queues, invocations, streams and everything else goes on from where it is.
    ///
    /// To be called while what can wait is held back at the entrance.
    ///
    /// - Returns: the deployment in force from now on; this one is of no more use.
    /// - Throws: `EmulatorError` if a resource can't be made, with its place: this one then goes on.
    func succeeded(
        by stack: Stack, functions: [FunctionConfiguration], access: AccessControl
    ) async throws(EmulatorError) -> Deployment {
        // A move of the clock goes through the services that it began with.
        while isMovingClock.exchange(true, ordering: .acquiring) { try? await Task.sleep(for: Self.clockPause) }
        defer { isMovingClock.store(false, ordering: .releasing) }
        let (host, ground) = (ground.lambdaHost, ground)
        let warm = Dictionary(uniqueKeysWithValues: pools.map { ($0.function, $0) })
        let pools = functions.map { warm[$0] ?? FunctionPool(function: $0, host: host) }
        try await replaceServices { old throws(EmulatorError) in
            try Self.makeServices(of: stack, pools, access, on: ground, old.host.loop, after: old)
        }
        let next = Deployment(
            stack: stack, access: access, pools: pools, services: services, on: ground,
            payments: payments.serve(stack) ? payments : nil)
        let byName = Dictionary(uniqueKeysWithValues: pools.map { ($0.function.logicalID, $0) })
        for old in self.pools {
            let successor = byName[old.function.logicalID]
            if successor !== old { old.handOver(to: successor) }
        }
        return next
    }

    /// Waits for what is in hand, then puts others in the services' place. If they can't be made, it is those of this
    /// stack, made anew from what is kept, and the reason is thrown.
    private func replaceServices(
        _ make: @escaping @Sendable (_ old: Services) throws(EmulatorError) -> Services
    ) async throws(EmulatorError) {
        try await services.call { $0.windDown() }
        let limit = Task { [pools] in
            try await Task.sleep(for: Self.drainMax)
            for pool in pools { pool.endRunning() }
        }
        defer { limit.cancel() }
        let failure = Mutex<EmulatorError?>(nil)
        repeat {
            await work.idle()
        } while try await !services.replace { [self] old throws(EmulatorError) in
            // A function that somebody waits for may have come in between.
            guard work.isIdle else { return nil }
            let next: Services
            do throws(EmulatorError) {
                next = try make(old)
            } catch {
                failure.withLock { $0 = error }
                next = try makeServices(after: old)
            }
            next.takeOver(old)
            return next
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
