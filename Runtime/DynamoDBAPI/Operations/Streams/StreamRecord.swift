import Expressions
package import ItemDB
import Items
package import JSON
import Time

/// A change as a stream shows it.
///
/// - Note: Source: Amazon DynamoDB Streams API Reference, Record and StreamRecord.
package enum StreamRecord {
    /// - Parameter view: which images it shows.
    package static func json(_ change: Change, view: StreamView, region: String) -> JSONValue {
        let key = change.key
        var shown: JSONObject = [
            "ApproximateCreationDateTime": .number(JSONNumber(Int(change.at.secondsRoundedDown))),
            "Keys": key.dynamoDBJSON,
        ]
        var sizeBytes = key.sizeBytes
        if view == .newImage || view == .newAndOldImages, let new = change.new {
            shown["NewImage"] = new.item.dynamoDBJSON
            sizeBytes += new.sizeBytes
        }
        if view == .oldImage || view == .newAndOldImages, let old = change.old {
            shown["OldImage"] = old.item.dynamoDBJSON
            sizeBytes += old.sizeBytes
        }
        shown["SequenceNumber"] = .string(StreamNames.sequenceNumber(change.sequence))
        shown["SizeBytes"] = .number(JSONNumber(sizeBytes))
        shown["StreamViewType"] = .string(view.rawValue)
        var record: JSONObject = [
            "eventID": .string(identifier(change)),
            "eventName": change.old == nil ? "INSERT" : change.new == nil ? "REMOVE" : "MODIFY",
            "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": .string(region),
            "dynamodb": .object(shown),
        ]
        if change.cause == .expiry {
            record["userIdentity"] = ["PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"]
        }
        return .object(record)
    }

    /// 32 hexadecimal digits that follow from the sequence number, so that a record read again has the same.
    private static func identifier(_ change: Change) -> String {
        func hex(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        // The finishing step of splitmix64.
        var mixed = UInt64(bitPattern: change.sequence) &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return hex(mixed ^ mixed >> 31) + hex(UInt64(bitPattern: change.sequence))
    }
}
