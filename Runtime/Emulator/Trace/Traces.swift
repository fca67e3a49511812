import DequeModule
import Glibc
package import JSON
import Machine
import Synchronization
import Time

/// What happened under each trace id: requests, functions, calls of services, deliveries.
///
/// - Note: Source of the header: AWS X-Ray Developer Guide, "Tracing header".
package final class Traces: Sendable {
    package struct Span: Hashable, Sendable {
        /// Such as `lambda`, `dynamodb`, `sqs`.
        package var service: String
        /// Such as `CastVote` or `UpdateItem bundle-VotingsTable`.
        package var name: String
        /// Microseconds of a clock that never goes back.
        package var startMicroseconds: Int64
        package var durationMicroseconds: Int64
        package var isError = false
    }

    private struct Trace {
        var at: Timestamp
        var spans: [Span] = []
        var dropped = 0
    }

    private struct State {
        var traces: [String: Trace] = [:]
        /// The oldest first.
        var order: Deque<String> = []
    }

    /// The latest traces kept.
    static let tracesMax = 1_000
    static let spansMax = 1_000

    private let state = Mutex(State())

    package init() {}

    static func now() -> Int64 { ContinuousClock.now.microsecondsSinceOrigin }

    /// - Parameter header: `Root=1-…;Parent=…`; anything without a root is not kept.
    func record(_ header: String, _ span: Span) {
        guard let root = Self.root(of: header) else { return }
        state.withLock { state in
            if state.traces[root] == nil {
                if state.order.count == Self.tracesMax, let oldest = state.order.popFirst() {
                    state.traces[oldest] = nil
                }
                state.order.append(root)
                state.traces[root] = Trace(at: WallClock.now())
            }
            guard state.traces[root]!.spans.count < Self.spansMax else { return state.traces[root]!.dropped += 1 }
            state.traces[root]!.spans.append(span)
        }
    }

    /// - Parameter start: by ``now()``.
    func record(_ header: String, _ service: String, _ name: String, since start: Int64, isError: Bool = false) {
        record(
            header,
            Span(
                service: service, name: name, startMicroseconds: start, durationMicroseconds: Self.now() - start,
                isError: isError))
    }

    static func root(of header: String) -> String? {
        for part in header.split(separator: ";") where part.hasPrefix("Root=") { return String(part.dropFirst(5)) }
        return nil
    }

    /// `{"root", "at", "dropped", "spans": [{"service", "name", "startMicroseconds", "durationMicroseconds",
    /// "isError"}]}` with starts from the first one, in their order; nil if there is none, or not any more.
    package func report(of root: String) -> JSONValue? {
        guard let trace = state.withLock({ $0.traces[root] }) else { return nil }
        let spans = trace.spans.sorted {
            ($0.startMicroseconds, -$0.durationMicroseconds) < ($1.startMicroseconds, -$1.durationMicroseconds)
        }
        let first = spans.first?.startMicroseconds ?? 0
        return [
            "root": .string(root), "at": .string(trace.at.description),
            "dropped": .number(JSONNumber(trace.dropped)),
            "spans": .array(
                spans.map { span in
                    [
                        "service": .string(span.service), "name": .string(span.name),
                        "startMicroseconds": .number(JSONNumber(Int(span.startMicroseconds - first))),
                        "durationMicroseconds": .number(JSONNumber(Int(span.durationMicroseconds))),
                        "isError": .bool(span.isError),
                    ]
                }),
        ]
    }

    /// The latest traces, newest first: `[{"root", "at", "name", "spans"}]`.
    package var recent: JSONValue {
        let shown = 20
        let traces = state.withLock { state in
            state.order.suffix(shown).reversed().compactMap { root in state.traces[root].map { (root, $0) } }
        }
        return .array(
            traces.map { root, trace in
                let first = trace.spans.min { $0.startMicroseconds < $1.startMicroseconds }
                return [
                    "root": .string(root), "at": .string(trace.at.description),
                    "name": .string(first.map { "\($0.service) \($0.name)" } ?? ""),
                    "spans": .number(JSONNumber(trace.spans.count)),
                ]
            })
    }
}

extension ContinuousClock.Instant {
    /// Since this was first asked for.
    fileprivate var microsecondsSinceOrigin: Int64 { Self.origin.duration(to: self).microseconds }

    private static let origin = ContinuousClock.now
}
