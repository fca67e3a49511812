import DynamoDBAPI
import ItemDB
import JSON
import Time

/// What an on-failure destination is told of records that a function did not get through.
///
/// - Note: Source: AWS Lambda Developer Guide, "Retaining discarded records for a DynamoDB event source".
struct StreamFailure {
    var functionARN: String
    /// Of the last invocation.
    var requestID: String
    /// `RetryAttemptsExhausted` or `RecordAgeExceeded`.
    var condition: String
    var invokeCount: Int
    var at: Timestamp
    /// In order, one at least.
    var records: [StreamLane.Record]

    /// - Parameter withPayload: an S3 object has the records themselves too.
    func json(withPayload: Bool) -> JSONValue {
        var failure: JSONObject = [
            "requestContext": [
                "requestId": .string(requestID), "functionArn": .string("\(functionARN):$LATEST"),
                "condition": .string(condition), "approximateInvokeCount": .number(JSONNumber(invokeCount)),
            ]
        ]
        if invokeCount > 0 {
            failure["responseContext"] = [
                "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled",
            ]
        }
        failure["version"] = "1.0"
        failure["timestamp"] = .string(at.description)
        if let first = records.first, let last = records.last {
            failure["DDBStreamBatchInfo"] = [
                "shardId": .string(StreamNames.shardID(first.stream)),
                "startSequenceNumber": .string(StreamNames.sequenceNumber(first.sequence)),
                "endSequenceNumber": .string(StreamNames.sequenceNumber(last.sequence)),
                "approximateArrivalOfFirstRecord": .string(first.at.description),
                "approximateArrivalOfLastRecord": .string(last.at.description),
                "batchSize": .number(JSONNumber(records.count)),
                "streamArn": .string(
                    StreamNames.arn(of: first.stream, region: LocalAccount.region, accountID: LocalAccount.id)),
            ]
        }
        if withPayload {
            let texts = records.map { String(decoding: $0.json, as: UTF8.self) }
            failure["payload"] = .string("{\"Records\":[\(texts.joined(separator: ","))]}")
        }
        return .object(failure)
    }
}
