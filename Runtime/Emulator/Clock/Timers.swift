import HeapModule
import NIOCore
import Time

/// Everything that waits for a time by the emulator's clock, on one event loop.
///
/// While the clock runs, what falls due is carried out by itself; while it stands, by who moves it (``fireDue()``).
final class Timers {
    /// One thing that waits.
    final class Timer {
        let due: Timestamp
        /// Things due at one instant come in the order in which they were asked for.
        fileprivate let number: UInt64
        fileprivate var action: (() -> Void)?

        fileprivate init(due: Timestamp, number: UInt64, action: @escaping () -> Void) {
            self.due = due
            self.number = number
            self.action = action
        }

        func cancel() { action = nil }
    }

    private struct Entry: Comparable {
        let timer: Timer
        static func < (one: Entry, other: Entry) -> Bool {
            (one.timer.due, one.timer.number) < (other.timer.due, other.timer.number)
        }
        static func == (one: Entry, other: Entry) -> Bool { one.timer === other.timer }
    }

    /// The wall clock may be set, and a machine may sleep: no alarm is set further ahead than this.
    private static let alarmMax = Duration.seconds(60)

    private let clock: EmulatorClock
    private let loop: any EventLoop
    private var entries = Heap<Entry>()
    private var count: UInt64 = 0
    private var alarm: (due: Timestamp, task: Scheduled<Void>)?
    private var isClosed = false

    init(clock: EmulatorClock, loop: any EventLoop) {
        self.clock = clock
        self.loop = loop
    }

    /// Carries `action` out on the loop once the clock has reached `due`, at the earliest after this turn of the loop.
    @discardableResult
    func schedule(at due: Timestamp, _ action: @escaping () -> Void) -> Timer {
        count += 1
        let timer = Timer(due: due, number: count, action: action)
        guard !isClosed else { return timer }
        entries.insert(Entry(timer: timer))
        setAlarm()
        return timer
    }

    /// When the next one falls due.
    var nextDue: Timestamp? {
        while let first = entries.min, first.timer.action == nil { entries.removeMin() }
        return entries.min?.timer.due
    }

    /// Carries out what is due by now, in order; not what that asks for anew.
    func fireDue() {
        let now = clock.now
        let last = count
        var later: [Entry] = []
        while let first = entries.min, first.timer.due <= now {
            entries.removeMin()
            guard first.timer.number <= last else {
                later.append(first)
                continue
            }
            let action = first.timer.action
            first.timer.action = nil
            action?()
        }
        entries.insert(contentsOf: later)
        setAlarm()
    }

    /// To be called when the clock runs again, or was moved.
    func setAlarm() {
        guard let due = nextDue, clock.ahead != nil, !isClosed else {
            alarm?.task.cancel()
            alarm = nil
            return
        }
        if let alarm, alarm.due <= due { return }
        alarm?.task.cancel()
        let wait = min(max(due - clock.now, .zero), Self.alarmMax)
        let task = loop.assumeIsolated().scheduleTask(in: .nanoseconds(wait.nanoseconds)) { [self] in
            alarm = nil
            fireDue()
        }
        alarm = (due, task)
    }

    func close() {
        isClosed = true
        entries = Heap()
        setAlarm()
    }
}
