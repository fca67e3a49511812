import JSON
import Time

/// An event as rules match it and targets get it.
///
/// - Note: Source: EventBridge User Guide, "AWS service event metadata".
struct BusEvent {
    let json: JSONValue
    let bytes: [UInt8]
    let source: String
    let detailType: String
    let time: Timestamp
    /// `X-Amzn-Trace-Id` of what caused it.
    let trace: String
    /// When the bus received it.
    let receivedAt: Timestamp
    /// How many buses it has come over before this one.
    var hops = 0

    init(
        id: String, source: String, detailType: String, time: Timestamp, resources: [String], detail: JSONValue,
        trace: String, receivedAt: Timestamp
    ) {
        let object: JSONObject = [
            "version": "0", "id": .string(id), "detail-type": .string(detailType), "source": .string(source),
            "account": .string(LocalAccount.id), "time": .string(time.textToSecond),
            "region": .string(LocalAccount.region), "resources": .array(resources.map { .string($0) }),
            "detail": detail,
        ]
        json = .object(object)
        bytes = json.compactBytes
        self.source = source
        self.detailType = detailType
        self.time = time
        self.trace = trace
        self.receivedAt = receivedAt
    }

    /// One from an archive.
    ///
    /// - Parameter replay: the name of the replay, which rules may match by `replay-name`.
    init?(archived bytes: [UInt8], replay: String, trace: String, receivedAt: Timestamp) {
        guard var object = (try? parseJSON(bytes, limits: .events))?.object, let source = object["source"]?.string,
            let detailType = object["detail-type"]?.string,
            let time = object["time"]?.string.flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        object["replay-name"] = .string(replay)
        json = .object(object)
        self.bytes = json.compactBytes
        self.source = source
        self.detailType = detailType
        self.time = time
        self.trace = trace
        self.receivedAt = receivedAt
    }
}

extension JSONLimits {
    /// - Note: Source: EventBridge API Reference, PutEvents: JSON is nested up to 1000 levels deep.
    static let details = JSONLimits(depthMax: 1_000, bytesMax: 16 * 1_024 * 1_024)
    static let events = JSONLimits(depthMax: 1_001, bytesMax: 16 * 1_024 * 1_024)
}

extension Timestamp {
    /// `2017-12-22T18:43:48Z`, as AWS writes the time of an event.
    var textToSecond: String { String(description.dropLast(5)) + "Z" }

    /// Seconds since 1970, as the JSON protocols write times.
    var jsonSeconds: JSONValue {
        JSONNumber(Double(milliseconds) / 1_000).map(JSONValue.number) ?? 0
    }
}
