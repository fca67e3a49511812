import JSON
import NIOHTTP1
import Time

// Events from outside.
extension EventBridgeService {
    static let entriesMax = 10
    /// - Note: Source: EventBridge User Guide, "Calculating PutEvents event entry size"; AWS Compute Blog of January
    ///   2026, "More room to build": 1 MB where it was 256 KB.
    static let entryBytesMax = 1_048_576

    /// What is paid as one event.
    private static let paidBytes = 65_536

    /// Why an entry of a call is not taken; the others are.
    private struct EntryFailure: Error {
        var code = "InvalidArgument"
        var message: String

        static func required(_ name: String) -> EntryFailure {
            EntryFailure(message: "Parameter \(name) is not valid. Reason: \(name) is a required argument.")
        }
    }

    func putEvents(_ input: ModelInput, _ call: ServiceCall) throws(ServiceFault) -> JSONValue {
        let entries = try input.requireList("Entries", counts: 1...Self.entriesMax)
        var (size, paid) = (0, 0)
        for entry in entries {
            let bytes = try Self.size(of: entry)
            size += bytes
            paid += max(1, (bytes + Self.paidBytes - 1) / Self.paidBytes)
        }
        guard size <= Self.entryBytesMax else {
            throw .validation("Total size of the entries in the request is over the limit.")
        }
        // One call may write to several buses; the first one was asked about already.
        let buses = Set(entries.map(Self.busName))
        for bus in buses.subtracting([Self.busName(entries[0])]).sorted() {
            if let message = host.access.denial(of: "events:PutEvents", on: EventBus.arn(bus), to: call.caller) {
                throw ServiceFault(code: "AccessDeniedException", message: message)
            }
        }
        host.access.notePaid(as: paid - buses.count, of: "events:PutEvents", by: call.caller)
        let trace = call.request.headers.first(name: "X-Amzn-Trace-Id")
        var results: [JSONValue] = []
        var failedCount = 0
        for entry in entries {
            do throws(EntryFailure) {
                results.append(["EventId": .string(try put(entry, trace: trace))])
            } catch {
                failedCount += 1
                results.append(["ErrorCode": .string(error.code), "ErrorMessage": .string(error.message)])
            }
        }
        return ["FailedEntryCount": .number(JSONNumber(failedCount)), "Entries": .array(results)]
    }

    static func busName(_ entry: ModelInput) -> String {
        EventBus.name(entry["EventBusName"]?.string ?? EventBus.defaultName)
    }

    /// In bytes, as EventBridge reckons it.
    private static func size(of entry: ModelInput) throws(ServiceFault) -> Int {
        guard entry.value.object != nil else { throw .serialization("Entries must be a list of objects.") }
        var size = try entry.instant("Time") == nil ? 0 : 14
        for name in ["Source", "DetailType", "Detail"] { size += try entry.text(name)?.utf8.count ?? 0 }
        for resource in try entry.texts("Resources", counts: 0...Int.max) ?? [] { size += resource.utf8.count }
        _ = try entry.text("EventBusName", busNameOrARN)
        return size
    }

    /// - Returns: the event's id.
    private func put(_ entry: ModelInput, trace: String?) throws(EntryFailure) -> String {
        func required(_ name: String) throws(EntryFailure) -> String {
            guard let text = entry[name]?.string, !text.isEmpty else { throw .required(name) }
            return text
        }
        let source = try required("Source")
        let detailType = try required("DetailType")
        let text = try required("Detail")
        guard detailType.unicodeScalars.count <= 128 else {
            throw EntryFailure(
                message: "Parameter DetailType is not valid. Reason: DetailType must be 128 characters at most.")
        }
        guard !source.hasPrefix("aws.") else {
            throw EntryFailure(code: "NotAuthorizedForSourceException", message: "Not authorized for the source.")
        }
        guard let detail = try? parseJSON(text, limits: .details), detail.object != nil else {
            throw EntryFailure(code: "MalformedDetail", message: "Detail is malformed.")
        }
        let now = host.clock.now
        let id = host.identifiers.requestID()
        // The clock's own range, so that every time has a text.
        let time = entry["Time"]?.double.map { Timestamp(milliseconds: Int64(($0 * 1_000).rounded())) } ?? now
        let event = BusEvent(
            id: id, source: source, detailType: detailType, time: min(max(time, Self.timeMin), EmulatorClock.latest),
            resources: entry["Resources"]?.array?.compactMap(\.string) ?? [], detail: detail,
            trace: entry["TraceHeader"]?.string ?? trace ?? host.identifiers.traceID(at: now), receivedAt: now)
        let name = Self.busName(entry)
        guard let bus = buses[name] else {
            // As on AWS, the event is taken and lost; here at least a line tells of it.
            host.log.note("An event of \(source) was put on the bus \(name), which is not there.")
            return id
        }
        do throws(DeliveryFailure) { try publish(event, on: bus) } catch {
            throw EntryFailure(code: "ThrottlingException", message: error.message)
        }
        return id
    }

    private static let timeMin = Timestamp(milliseconds: 0)
}
