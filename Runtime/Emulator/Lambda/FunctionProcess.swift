import CSpawn
import Glibc
import ItemDB
import Synchronization

/// A child process in a process group of its own, its standard output and error in one pipe. It does not outlive the
/// emulator, however that ends.
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
    ///   - onEnd: called once, after the last output. The end of the process counts, and not that of its output: a
    ///     child of its own may hold the pipe for as long as it likes.
    /// - Throws: `EmulatorError` naming the executable if it can't be started.
    init(
        executable: String, environment: [String: String],
        onOutput: @escaping @Sendable (UnsafeRawBufferPointer) -> Void,
        onEnd: @escaping @Sendable (Ending) -> Void
    ) throws(EmulatorError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw EmulatorError("No pipe for \(executable): \(String(cString: strerror(errno))).")
        }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
        // The thread that starts the process is the one that waits for its end: the process is killed when it ends.
        let started = Awaited<Result<pid_t, EmulatorError>>()
        let watcher = Awaited<FunctionProcess>()
        DetachedThread.run(named: "process") {
            let result = Self.spawn(executable, environment, output: writeEnd)
            close(writeEnd)
            started.fulfil(result)
            guard case .success = result else { return }
            watcher.wait().watch(onEnd)
        }
        do throws(EmulatorError) {
            pid = try started.wait().get()
        } catch {
            close(readEnd)
            throw error
        }
        output = readEnd
        self.onOutput = onOutput
        watcher.fulfil(self)
    }

    private static func spawn(
        _ executable: String, _ environment: [String: String], output: Int32
    ) -> Result<pid_t, EmulatorError> {
        // Its own group: Ctrl-C on the terminal reaches the emulator alone, which then ends its functions in order,
        // and a time-out kills what the function itself has started too.
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
        let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for pointer in arguments + variables { free(pointer) }
        }
        var pid: pid_t = 0
        let status = cspawn_start(&pid, executable, arguments, variables, output)
        guard status == 0 else {
            return .failure(EmulatorError("\(executable) can't be started: \(String(cString: strerror(status)))."))
        }
        return .success(pid)
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

    private func watch(_ onEnd: (Ending) -> Void) {
        let end = cspawn_process_descriptor(pid)
        precondition(end >= 0, "no descriptor for process \(pid): \(String(cString: strerror(errno)))")
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
