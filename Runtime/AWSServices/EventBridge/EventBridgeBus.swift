import JSON
package import Services
import Time

/// One bus on Amazon EventBridge, or on whatever speaks its protocol.
///
/// - Note: Source: Amazon EventBridge API Reference, PutEvents and PutEventsResultEntry.
package struct EventBridgeBus: EventBus {
    /// PutEvents' ceilings.
    static let callEventsMax = 10
    static let callBytesMax = BusEvent.bytesMax
    /// What may pass; every other code is about the event itself.
    private static let passingErrors: Set = ["InternalException", "InternalFailure", "ThrottlingException"]

    private let endpoint: ServiceEndpoint
    private let name: String
    private let retries: RetryPolicy

    /// - Parameter name: the bus's, or its ARN.
    package init(endpoint: ServiceEndpoint, name: String, retries: RetryPolicy = RetryPolicy()) {
        self.endpoint = endpoint
        self.name = name
        self.retries = retries
    }

    package func publish(_ events: [BusEvent]) async -> Publication {
        var done = Publication()
        var next = 0
        while next < events.count, done.failure == nil {
            let call = Self.call(of: events, from: next)
            if call.isEmpty {
                done.refused[next] = "an event of \(events[next].size) bytes"
                next += 1
            } else {
                await put(call, of: events, &done)
                next = call.upperBound
            }
        }
        return done
    }

    /// As many events as fit one call, each of another key: what is sent again must not come behind its successor. None
    /// if the first fits none.
    private static func call(of events: [BusEvent], from start: Int) -> Range<Int> {
        var (end, bytes) = (start, 0)
        var keys: Set<String> = []
        while end < events.count, end - start < callEventsMax {
            bytes += events[end].size
            guard bytes <= callBytesMax, keys.insert(events[end].key).inserted else { break }
            end += 1
        }
        return start..<end
    }

    /// Sends again what the bus did not take, as often as the policy allows.
    private func put(_ call: Range<Int>, of events: [BusEvent], _ done: inout Publication) async {
        var missing = Array(call)
        var attempt = 1
        do throws(ServiceError) {
            while true {
                missing = try await passed(over: missing, of: events, &done)
                if missing.isEmpty { return }
                guard await retries.goesOn(after: attempt) else { throw .throttled }
                attempt += 1
            }
        } catch {
            done.failure = Publication.Failure(index: missing[0], error: error)
        }
    }

    /// - Returns: what is to be sent again.
    private func passed(
        over indices: [Int], of events: [BusEvent], _ done: inout Publication
    ) async throws(ServiceError) -> [Int] {
        let answer = try await retries.answer(to: "PutEvents") {
            endpoint.send(
                .init(
                    headers: [
                        ("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "AWSEvents.PutEvents"),
                    ],
                    body: request(indices.map { events[$0] })))
        }
        let entries: [JSONValue]
        switch answer {
        case .refused(let error, let answer): throw .rejection("PutEvents", error, answer)
        case .success(let answer): entries = answer["Entries"]?.array ?? []
        }
        guard entries.count == indices.count else { throw .rejected("PutEvents: an answer to other entries") }
        var again: [Int] = []
        for (index, entry) in zip(indices, entries) {
            guard let code = entry["ErrorCode"]?.string else { continue }
            if Self.passingErrors.contains(code) {
                again.append(index)
            } else {
                done.refused[index] = "\(code): \(entry["ErrorMessage"]?.string ?? "")"
            }
        }
        return again
    }

    private func request(_ events: [BusEvent]) -> [UInt8] {
        var request = RequestWriter()
        request.object {
            $0.name("Entries")
            $0.array { entries in
                for event in events {
                    entries.object {
                        $0.member("EventBusName", name)
                        $0.member("Source", event.source)
                        $0.member("DetailType", event.detailType)
                        $0.member("Detail", event.detail)
                        $0.name("Time")
                        // The bus keeps whole seconds.
                        $0.literal(String(event.time.secondsRoundedDown))
                        guard !event.resources.isEmpty else { return }
                        $0.name("Resources")
                        $0.array { for resource in event.resources { $0.string(resource) } }
                    }
                }
            }
        }
        return request.bytes
    }
}
