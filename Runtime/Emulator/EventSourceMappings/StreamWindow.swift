import DynamoDBAPI
import JSON
import Routing
import Time

/// A tumbling window in which the function has been given something, and with which it is not done.
struct StreamWindow {
    var bounds: TumblingWindow
    /// What the function returned last.
    var state: JSONValue
    var shardID: String
    var streamARN: String
    /// Its state grew too large.
    var endsEarly = false
    /// How often the function failed when it was told of the end.
    var failures = 0

    init(of record: StreamLane.Record, length: Duration) {
        bounds = TumblingWindow(holding: record.at, length: length)
        state = [:]
        shardID = StreamNames.shardID(record.stream)
        streamARN = StreamNames.arn(of: record.stream, region: LocalAccount.region, accountID: LocalAccount.id)
    }

    /// The members of an event besides its records.
    func members(isLast: Bool) -> JSONObject {
        [
            "window": bounds.json, "state": state, "shardId": .string(shardID), "eventSourceARN": .string(streamARN),
            "isFinalInvokeForWindow": .bool(isLast), "isWindowTerminatedEarly": .bool(isLast && endsEarly),
        ]
    }

    // MARK: Kept while the emulator is stopped

    var record: JSONValue {
        [
            "at": .number(JSONNumber(Int(bounds.start.milliseconds))), "state": state, "shard": .string(shardID),
            "stream": .string(streamARN), "early": .bool(endsEarly),
        ]
    }

    /// - Parameter length: of the mapping's windows, which may have been changed meanwhile.
    init?(record: JSONValue, length: Duration) {
        guard let at = record["at"]?.int, let state = record["state"], let shard = record["shard"]?.string,
            let stream = record["stream"]?.string, let early = record["early"]?.bool
        else { return nil }
        bounds = TumblingWindow(holding: Timestamp(milliseconds: Int64(at)), length: length)
        self.state = state
        shardID = shard
        streamARN = stream
        endsEarly = early
    }
}
