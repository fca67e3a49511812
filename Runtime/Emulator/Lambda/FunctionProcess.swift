import CSpawn
import Glibc
import Synchronization

/// A child process in a process group of its own, its standard output and error in one pipe.
///
/// A thread per process waits for its output and its end: there are as many as cores times functions, each parked in
/// `poll`, and none of them ever delays an event loop.
final class FunctionProcess: Sendable {
    enum Ending: Sendable {
        case exited(Int32)
        case signalled(Int32)
    }

    let pid: pid_t
    private let output: Int32
    private let hasEnded = Mutex(false)
    /// Whether the pipe is open; held while reading it, so that bytes reach `onOutput` in order.
    private let pipeIsOpen = Mutex(true)
    private let onOutput: @Sendable (UnsafeRawBufferPointer) -> Void

    /// Starts `executable` with exactly `environment`.
    ///
    /// - Parameters:
    ///   - onOutput: called with what the process wrote, in order.
    ///   - onEnd: called once, after the last output. The end of the process counts, and not that of its output: a child
    ///     of its own may hold the pipe for as long as it likes.
    /// - Throws: `EmulatorError` naming the executable if it can't be started.
    init(
        executable: String, environment: [String: String],
        onOutput: @escaping @Sendable (UnsafeRawBufferPointer) -> Void,
        onEnd: @escaping @Sendable (Ending) -> Void
    ) throws(EmulatorError) {
        (pid, output) = try Self.start(executable, environment)
        self.onOutput = onOutput
        startWatching(onEnd)
    }

    private static func start(
        _ executable: String, _ environment: [String: String]
    ) throws(EmulatorError) -> (pid: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw EmulatorError("No pipe for \(executable): \(String(cString: strerror(errno))).")
        }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        defer { close(writeEnd) }
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
        do throws(EmulatorError) {
            return (try spawn(executable, environment, output: writeEnd), readEnd)
        } catch {
            close(readEnd)
            throw error
        }
    }

    private static func spawn(
        _ executable: String, _ environment: [String: String], output: Int32
    ) throws(EmulatorError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // Nothing else of ours: a function that held a copy of a connection would keep it open after the emulator has
        // closed it or died, its own Runtime API's among them.
        cspawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Its own group: Ctrl-C on the terminal reaches the emulator alone, which then ends its functions in order,
        // and a time-out kills what the function itself has started too.
        posix_spawnattr_setpgroup(&attributes, 0)
        var unblocked = sigset_t()
        sigemptyset(&unblocked)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGTERM, SIGINT, SIGPIPE, SIGXFSZ] { sigaddset(&defaults, signal) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in arguments { free(pointer) }
            for pointer in variables { free(pointer) }
        }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, executable, &actions, &attributes, &arguments, &variables)
        guard status == 0 else {
            throw EmulatorError("\(executable) can't be started: \(String(cString: strerror(status))).")
        }
        return pid
    }

    /// Reads what the process has written so far. Called when an invocation is answered, so that its log is whole.
    func drainOutput() {
        pipeIsOpen.withLock { isOpen in
            // At the end of the pipe the watching thread closes it.
            if isOpen { _ = readAvailable() }
        }
    }

    /// Signals the whole group.
    func signal(_ signal: Int32) {
        hasEnded.withLock { ended in
            // After the end the number may belong to another process.
            if !ended { kill(-pid, signal) }
        }
    }

    /// The most memory the process has had resident, in whole MB rounded up; nil once it has ended.
    var peakMemoryMegabytes: Int? {
        guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            guard strncmp(line, "VmHWM:", 6) == 0 else { continue }
            let kilobytes = line.withUnsafeBufferPointer { strtol($0.baseAddress! + 6, nil, 10) }
            return (kilobytes + 1_023) / 1_024
        }
        return nil
    }

    private func startWatching(_ onEnd: @escaping @Sendable (Ending) -> Void) {
        let end = cspawn_process_descriptor(pid)
        precondition(end >= 0, "no descriptor for process \(pid): \(String(cString: strerror(errno)))")
        DetachedThread.run(named: "process") { [self] in
            var watched = [output, end].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            while watched[1].revents == 0 {
                if poll(&watched, 2, -1) < 0, errno != EINTR { break }
                if watched[0].revents != 0, !pipeIsOpen.withLock({ $0 && readAvailable() }) {
                    // Every writer has closed it, and the process lives on: only its end is waited for.
                    watched[0].fd = -1
                }
            }
            pipeIsOpen.withLock { isOpen in
                _ = readAvailable()
                isOpen = false
                close(output)
            }
            close(end)
            onEnd(reap())
        }
    }

    /// - Returns: false once every writer has closed the pipe.
    private func readAvailable() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            while true {
                let count = read(output, buffer.baseAddress, buffer.count)
                if count > 0 {
                    onOutput(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if count == 0 {
                    return false
                } else if errno != EINTR {
                    return errno == EAGAIN
                }
            }
        }
    }

    private func reap() -> Ending {
        var information = siginfo_t()
        // First without reaping, so that the number stays ours until `hasEnded` says otherwise.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return hasEnded.withLock { ended in
            ended = true
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            return signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
        }
    }
}
