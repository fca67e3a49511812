import Glibc
import Synchronization

/// Lines, and on a terminal a bar below them.
final class ProgressBar: Sendable {
    private let total: Int
    private let isTerminal = isatty(1) == 1
    private let done = Mutex(0)
    private static let width = 30

    init(total: Int) { self.total = total }

    func show(_ lines: [String]) {
        done.withLock { done in
            done += 1
            if isTerminal { print("\r\u{1B}[K", terminator: "") }
            for line in lines { print(line) }
            if isTerminal {
                let filled = Self.width * done / total
                let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
                print("\(bar) \(done)/\(total)", terminator: "")
            }
            fflush(nil)
        }
    }

    func finish() {
        if isTerminal { print("\r\u{1B}[K", terminator: "") }
    }
}
