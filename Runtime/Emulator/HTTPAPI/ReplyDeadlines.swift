import DequeModule
import NIOCore

/// Answers requests whose functions take too long: of those that have the same time one after the other, by one timer.
///
/// The time is the machine's own, as the function's process lives in it.
final class ReplyDeadlines {
    /// A request that has not been answered yet.
    final class Pending {
        fileprivate var giveUp: (() -> Void)?

        fileprivate init(giveUp: @escaping () -> Void) { self.giveUp = giveUp }

        /// - Returns: whether the answer still counts.
        func end() -> Bool {
            defer { giveUp = nil }
            return giveUp != nil
        }
    }

    private let time: TimeAmount
    private let loop: any EventLoop
    private var waiting = Deque<(due: NIODeadline, pending: Pending)>()
    private var isTimerSet = false

    init(after time: TimeAmount, on loop: any EventLoop) {
        self.time = time
        self.loop = loop
    }

    /// Calls `giveUp` after the time, unless the request has ended before.
    func begin(giveUp: @escaping () -> Void) -> Pending {
        let pending = Pending(giveUp: giveUp)
        while let first = waiting.first, first.pending.giveUp == nil { waiting.removeFirst() }
        waiting.append((.now() + time, pending))
        setTimer()
        return pending
    }

    private func setTimer() {
        guard !isTimerSet, let first = waiting.first else { return }
        isTimerSet = true
        loop.assumeIsolated().scheduleTask(deadline: first.due) { [self] in
            isTimerSet = false
            while let first = waiting.first, first.pending.giveUp == nil || first.due <= .now() {
                waiting.removeFirst()
                let giveUp = first.pending.giveUp
                first.pending.giveUp = nil
                giveUp?()
            }
            setTimer()
        }
    }
}
