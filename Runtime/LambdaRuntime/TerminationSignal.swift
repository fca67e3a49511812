import Glibc
import Synchronization

/// Remembers that the process was told to end, and wakes a `poll`.
///
/// A pipe rather than `signalfd`: libdispatch's threads exist before any code of ours runs, and the signal would have
/// to be blocked in each of them.
package final class TerminationSignal: Sendable {
    private let requested = Atomic<Bool>(false)
    /// Readable once the process was told to end.
    let readEnd: Int32
    private let writeEnd: Int32

    package init() throws(TransportError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .system(call: "pipe", errno: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    package var isRequested: Bool { requested.load(ordering: .acquiring) }

    /// Safe in a signal handler: an atomic store and a `write`.
    package func request() {
        requested.store(true, ordering: .releasing)
        var byte: UInt8 = 1
        // A full pipe is readable already.
        _ = write(writeEnd, &byte, 1)
    }

    /// Makes SIGTERM request the end instead of ending the process at once. Called at most once per process.
    package func install() {
        precondition(installedSignal == nil, "installed twice")
        installedSignal = Unmanaged.passRetained(self)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            let saved = errno
            installedSignal?._withUnsafeGuaranteedRef { $0.request() }
            errno = saved
        }
        action.sa_flags = SA_RESTART
        sigaction(SIGTERM, &action, nil)
    }
}

/// Set once, before the handler that reads it is installed.
private nonisolated(unsafe) var installedSignal: Unmanaged<TerminationSignal>?
