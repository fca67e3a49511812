package import NIOCore
import Synchronization
import Time

/// What every execution environment of an emulator shares.
package struct LambdaHost: Sendable {
    package var loops: any EventLoopGroup
    package var clock: EmulatorClock
    package var identifiers: IdentifierSource
    package var log: FunctionLog
    package var traces: Traces
    /// Variables that every function gets beside its own: region, credentials, endpoint.
    package var environment: [String: String]
    var trial: Trial?

    init(
        loops: any EventLoopGroup, clock: EmulatorClock, identifiers: IdentifierSource, log: FunctionLog,
        traces: Traces, environment: [String: String], trial: Trial? = nil
    ) {
        self.trial = trial
        self.loops = loops
        self.clock = clock
        self.identifiers = identifiers
        self.log = log
        self.traces = traces
        self.environment = environment
    }
}
