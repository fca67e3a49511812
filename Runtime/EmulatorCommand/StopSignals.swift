import ArgumentParser
import Dispatch
import Glibc

/// SIGINT and SIGTERM as something to wait for.
struct StopSignals {
    private let sources: [any DispatchSourceSignal]
    private let arrivals: AsyncStream<Void>

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        arrivals = stream
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
    }

    /// Waits for a signal.
    ///
    /// - Returns: false if the waiting task was cancelled first.
    func wait() async -> Bool {
        defer { withExtendedLifetime(sources) {} }
        for await _ in arrivals { return true }
        return false
    }
}

/// Runs `body` to its end, unless a signal cancels its task; a second one ends the process at once.
///
/// - Throws: what `body` throws; `ExitCode` 130 if it was cancelled.
func untilStopped<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let signals = StopSignals()
    let work = Task { try await body() }
    let watch = Task {
        guard await signals.wait() else { return }
        work.cancel()
        if await signals.wait() { _exit(130) }
    }
    defer { watch.cancel() }
    let value = try await work.value
    // As a shell reports a program that Ctrl-C has ended.
    if work.isCancelled { throw ExitCode(130) }
    return value
}
