import Expressions
import ItemDB
import Items
import JSON

extension DynamoDBService {
    /// - Note: Source: Amazon DynamoDB API Reference, Scan.
    func scan(_ request: Request) throws(APIError) -> DynamoDBResponse {
        try RuleChecker.check(request.members, RequestFields.scan)
        try ExpressionParameters.checkMix(
            request, expressions: ["ProjectionExpression", "FilterExpression"],
            older: ["AttributesToGet", "ScanFilter", "ConditionalOperator"])
        let names = try Self.attributesToGet(request)
        let olderFilter = try LegacyConditionReader.filter(request, "ScanFilter")
        let start = try Self.startKey(request)
        let segment = try Self.segment(request)
        var expressions = try ExpressionParameters(request)
        let filter = try expressions.condition("FilterExpression", kind: .filter)
        let projection = try Self.projection(names, &expressions)
        try expressions.checkAllUsed()

        let source = try readSource(request)
        var read = ReadRequest(
            source.table, index: source.index, rows: .segment(index: segment.index, count: segment.count))
        if let start {
            try source.check(start, isQuery: false)
            read.after = start
            let isWithin = try reading { () throws(ReadFailure) in
                do throws(KeyFailure) { return try read.isStartWithinRows() } catch { throw .key(error) }
            }
            guard isWithin else {
                throw .validation(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with "
                        + "correct Segment. TotalSegments: \(segment.count) Segment: \(segment.index)")
            }
        }
        if let filter { try KeyChecks.check(paths: filter.paths, of: source.table) }
        return try page(request, source, read, filter: filter, olderFilter: olderFilter, projection: projection)
    }

    private static func segment(_ request: Request) throws(APIError) -> (index: Int, count: Int) {
        switch (request.int("Segment"), request.int("TotalSegments")) {
        case (nil, nil): return (0, 1)
        case (.some, nil):
            throw .validation(
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
                    + "present")
        case (nil, .some):
            throw .validation(
                "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
                    + "present")
        case (let index?, let count?):
            guard index < count else {
                throw .validation(
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                        + "Segment: \(index) is not less than TotalSegments: \(count)")
            }
            return (index, count)
        }
    }
}
