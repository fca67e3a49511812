import HTTPTransport
import Machine

/// How often a call is made again, and after what pause.
package struct RetryPolicy: Sendable {
    /// The first try included.
    package var attemptsMax: Int
    /// The first pause is at most this long, and each later one at most twice the one before.
    package var pause: Duration
    package var pauseMax: Duration
    /// 0..<1. Full jitter keeps callers that failed together from coming back together.
    package var random: @Sendable () -> Double
    package var sleep: @Sendable (Duration) async -> Void

    package init(
        attemptsMax: Int = 4, pause: Duration = .milliseconds(50), pauseMax: Duration = .seconds(1),
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.attemptsMax = attemptsMax
        self.pause = pause
        self.pauseMax = pauseMax
        self.random = random
        self.sleep = sleep
    }

    /// Pauses before the next try. False without a pause if there is none: after the last, and where the work in hand
    /// would have less time left than a call is begun with.
    ///
    /// - Parameter attempt: 1 after the first try.
    func goesOn(after attempt: Int) async -> Bool {
        guard attempt < attemptsMax else { return false }
        let ceiling = min(pauseMax, pause * (1 << min(attempt - 1, 20)))
        let pause = ceiling * random()
        if let left = WorkDeadline.remaining, left < pause + CurlClient.reserve + CurlClient.callTimeMin {
            return false
        }
        await sleep(pause)
        return true
    }
}
