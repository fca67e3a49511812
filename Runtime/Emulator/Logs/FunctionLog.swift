import DequeModule
import Dispatch
import Glibc
import Synchronization

/// The functions' output, live on the terminal line by line, and kept per invocation.
package final class FunctionLog: Sendable {
    /// Lines that wait for a terminal that takes none (Ctrl-S, a pager); beyond this they are counted and dropped, for
    /// a function must not wait for who reads its log.
    static let waitingBytesMax = 1_048_576
    /// A longer line is broken.
    static let lineBytesMax = 65_536
    /// Of an error that a function reports, with its stack trace.
    static let errorLengthMax = 2_000

    private struct Source: Hashable {
        var function: String
        var process: Int
    }

    private struct State {
        /// The unfinished last line of each process.
        var partial: [Source: [UInt8]] = [:]
        /// The latest invocations, oldest first.
        var records: Deque<InvocationRecord> = Deque()
        var waitingBytes = 0
        var droppedBatches = 0
    }
    private let state = Mutex(State())
    private let descriptor: Int32?
    /// Lines leave in the order in which they were queued.
    private let printing = DispatchQueue(label: "function log")

    private let meter: UsageMeter?

    /// - Parameter descriptor: where lines are printed; nil keeps them only.
    package init(printingTo descriptor: Int32?, meter: UsageMeter? = nil) {
        self.descriptor = descriptor
        self.meter = meter
    }

    /// - Parameter process: tells the processes of a function apart.
    func write(_ bytes: UnsafeRawBufferPointer, from function: String, process: Int) {
        guard descriptor != nil else { return }
        let source = Source(function: function, process: process)
        state.withLock { state in
            var line = state.partial[source] ?? []
            var lines: [UInt8] = []
            for byte in bytes {
                line.append(byte)
                if byte == UInt8(ascii: "\n") || line.count == Self.lineBytesMax {
                    Self.end(&line, of: function, into: &lines)
                }
            }
            state.partial[source] = line
            enqueue(lines, &state)
        }
    }

    /// Keeps a finished invocation and prints its report.
    ///
    /// - Parameter error: what the function said of its failure. Whoever called gets it; if nobody waited, it shows
    ///   only here.
    func close(_ record: InvocationRecord, process: Int, error: String? = nil) {
        meter?.note(record)
        state.withLock { state in
            if state.records.count == LambdaQuotas.keptInvocationsMax { _ = state.records.popFirst() }
            state.records.append(record)
            guard descriptor != nil else { return }
            var lines: [UInt8] = []
            if var rest = state.partial.removeValue(forKey: Source(function: record.function, process: process)),
                !rest.isEmpty
            {
                Self.end(&rest, of: record.function, into: &lines)
            }
            if let failure = record.failure {
                lines += Array("\(record.function) | RequestId: \(record.requestID) Error: \(failure)\n".utf8)
            }
            if let error {
                let text = error.prefix(Self.errorLengthMax).replacing("\n", with: " ")
                lines += Array("\(record.function) | RequestId: \(record.requestID) failed: \(text)\n".utf8)
            }
            lines += Array("\(record.function) | \(record.report)\n".utf8)
            enqueue(lines, &state)
        }
    }

    /// Prints a line of the emulator's own.
    func note(_ text: String) {
        state.withLock { enqueue(Array("emulator | \(text)\n".utf8), &$0) }
    }

    /// Says that a chain of invocations was ended.
    func noteLoop(of function: String) {
        note(
            "\(function) was stopped: it invokes itself again and again. If that is meant, set its RecursiveLoop to "
                + "Allow.")
    }

    /// The latest invocations kept, oldest first.
    package var records: [InvocationRecord] { state.withLock { Array($0.records) } }

    /// Waits until what was queued is printed, but no longer than `limit`: a terminal may take nothing any more.
    func flush(within limit: Duration) {
        let done = DispatchGroup()
        printing.async(group: done) {}
        _ = done.wait(timeout: .now() + .nanoseconds(Int(limit.nanoseconds)))
    }

    private static func end(_ line: inout [UInt8], of function: String, into lines: inout [UInt8]) {
        lines += Array("\(function) | ".utf8) + line
        if line.last != UInt8(ascii: "\n") { lines.append(UInt8(ascii: "\n")) }
        line.removeAll(keepingCapacity: true)
    }

    private func enqueue(_ lines: [UInt8], _ state: inout State) {
        guard let descriptor, !lines.isEmpty else { return }
        guard state.waitingBytes + lines.count <= Self.waitingBytesMax else {
            state.droppedBatches += 1
            return
        }
        let dropped = state.droppedBatches
        let notice = dropped == 0 ? "" : "[\(dropped) batches of lines dropped: nobody read them]\n"
        let batch = Array(notice.utf8) + lines
        state.droppedBatches = 0
        state.waitingBytes += batch.count
        printing.async { [self] in
            Self.emit(batch, to: descriptor)
            self.state.withLock { $0.waitingBytes -= batch.count }
        }
    }

    private static func emit(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                // A closed terminal takes no more lines; the invocation's own log is kept all the same.
                guard count > 0 || errno == EINTR else { return }
                rest = rest.dropFirst(max(0, count))
            }
        }
    }
}
