import DequeModule
import Glibc
import Synchronization

/// The functions' output, live on the terminal line by line, and kept per invocation.
package final class FunctionLog: Sendable {
    private struct State {
        /// What is to be printed, whole lines only.
        var pending: [UInt8] = []
        /// The unfinished last line of each function.
        var partial: [String: [UInt8]] = [:]
        /// The latest invocations, oldest first.
        var records: Deque<InvocationRecord> = Deque()
    }
    private let state = Mutex(State())
    private let descriptor: Int32?

    /// - Parameter descriptor: where lines are printed; nil keeps them only.
    package init(printingTo descriptor: Int32?) { self.descriptor = descriptor }

    func write(_ bytes: UnsafeRawBufferPointer, from function: String) {
        guard descriptor != nil else { return }
        let batch = state.withLock { state in
            var line = state.partial[function] ?? []
            for byte in bytes {
                line.append(byte)
                if byte == UInt8(ascii: "\n") {
                    state.pending += Array("\(function) | ".utf8) + line
                    line.removeAll(keepingCapacity: true)
                }
            }
            state.partial[function] = line
            return Self.takePending(&state)
        }
        emit(batch)
    }

    /// Keeps a finished invocation and prints its report.
    func close(_ record: InvocationRecord) {
        let batch = state.withLock { state in
            if state.records.count == LambdaQuotas.keptInvocationsMax { _ = state.records.popFirst() }
            state.records.append(record)
            guard descriptor != nil else { return [] as [UInt8] }
            if let failure = record.failure {
                state.pending += Array("\(record.function) | RequestId: \(record.requestID) Error: \(failure)\n".utf8)
            }
            state.pending += Array("\(record.function) | \(record.report)\n".utf8)
            return Self.takePending(&state)
        }
        emit(batch)
    }

    /// The latest invocations kept, oldest first.
    package var records: [InvocationRecord] { state.withLock { Array($0.records) } }

    private static func takePending(_ state: inout State) -> [UInt8] {
        defer { state.pending = [] }
        return state.pending
    }

    private func emit(_ bytes: [UInt8]) {
        guard let descriptor, !bytes.isEmpty else { return }
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
