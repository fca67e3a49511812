import NIOCore
import Time

/// What the emulated services share: one event loop, and what lives on it.
///
/// Services, their timers and the journal are touched on the loop alone. They need no locks; what one turn of the loop
/// does to several services is seen, and written, as one.
final class ServiceHost {
    let loop: any EventLoop
    let clock: EmulatorClock
    let timers: Timers
    let journal: Journal
    let identifiers: IdentifierSource
    let work: WorkInHand
    let targets: Targets
    let keys: AccessKeys
    let access: AccessControl
    let log: FunctionLog
    let traces: Traces
    /// The emulator's own address, such as `http://127.0.0.1:4566`.
    let endpoint: String
    /// Contents that are too large for the database.
    let objects: ObjectFiles
    /// What fresh resources start with; nil for nothing.
    let seedFolder: String?
    let trial: Trial?

    init(
        loop: any EventLoop, clock: EmulatorClock, journal: Journal, identifiers: IdentifierSource, work: WorkInHand,
        keys: AccessKeys, access: AccessControl, log: FunctionLog, traces: Traces, endpoint: String,
        objects: ObjectFiles, seedFolder: String?, trial: Trial?
    ) {
        self.trial = trial
        self.keys = keys
        self.access = access
        self.log = log
        self.traces = traces
        targets = Targets(traces: traces, disturbance: trial?.disturbance)
        self.loop = loop
        self.clock = clock
        self.timers = Timers(clock: clock, loop: loop)
        self.journal = journal
        self.identifiers = identifiers
        self.work = work
        self.endpoint = endpoint
        self.objects = objects
        self.seedFolder = seedFolder
    }

    /// Makes of a closure of the loop's one that any thread may call, once: it is carried out on the loop, in a turn of
    /// its own. Until then there is work in hand.
    func callback<Value: Sendable>(_ body: @escaping (Value) -> Void) -> @Sendable (Value) -> Void {
        let bound = NIOLoopBound(body, eventLoop: loop)
        let (loop, work) = (loop, work)
        work.begin()
        return { value in
            loop.execute {
                bound.value(value)
                work.end()
            }
        }
    }
}
