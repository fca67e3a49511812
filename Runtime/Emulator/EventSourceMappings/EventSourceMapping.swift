import JSON
import Routing
import Time

/// An event source mapping: which source, which function, and how.
///
/// - Note: Source: AWS Lambda API Reference, CreateEventSourceMapping and EventSourceMappingConfiguration.
struct EventSourceMapping {
    enum Source: Hashable {
        case queue
        case tableStream
    }

    let uuid: String
    /// What it was made and changed with, in the API's terms.
    let settings: JSONObject
    let source: Source
    let sourceARN: String
    /// A name or an ARN.
    let functionName: String
    let isEnabled: Bool
    let batchSize: Int
    let window: Duration
    /// How long a tumbling window is; nil without.
    let tumblingWindow: Duration?
    let reportsFailures: Bool
    let filters: [String]
    let maximumConcurrency: Int?
    let startsAtLatest: Bool
    let parallelization: Int
    let bisects: Bool
    let retriesMax: Int
    let ageSecondsMax: Int
    let onFailureARN: String?

    static let batchSizeMax = 10_000
    private static let unwindowedBatchSizeMax = 10

    private static let shared: Set<String> = [
        "EventSourceArn", "FunctionName", "Enabled", "BatchSize", "FilterCriteria", "MaximumBatchingWindowInSeconds",
        "FunctionResponseTypes", "Tags", "MetricsConfig", "KMSKeyArn",
    ]
    private static let ofStreams: Set<String> = [
        "StartingPosition", "ParallelizationFactor", "BisectBatchOnFunctionError", "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds", "DestinationConfig", "TumblingWindowInSeconds",
    ]
    private static let ofQueues: Set<String> = ["ScalingConfig"]

    /// - Parameter settings: of CreateEventSourceMapping, or of a template.
    /// - Throws: Lambda's error for the first value that can't be.
    init(uuid: String, settings: JSONObject) throws(ServiceFault) {
        let input = MappingInput(value: .object(settings))
        self.uuid = uuid
        self.settings = settings
        sourceARN = try input.requireText("EventSourceArn")
        functionName = try input.requireText("FunctionName")
        source = try Self.source(of: sourceARN)
        let known = Self.shared.union(source == .queue ? Self.ofQueues : Self.ofStreams)
        if let other = settings.keys.first(where: { !known.contains($0) && !(settings[$0]?.isNull ?? true) }) {
            throw .invalidParameter("\(other) is not supported here for the event source \(sourceARN).")
        }
        isEnabled = try input.boolean("Enabled") ?? true
        batchSize = try input.integer("BatchSize", in: 1...Self.batchSizeMax) ?? (source == .queue ? 10 : 100)
        let windowSeconds = try input.integer("MaximumBatchingWindowInSeconds", in: 0...300) ?? 0
        window = .seconds(windowSeconds)
        let tumblingSeconds = try input.integer("TumblingWindowInSeconds", in: 0...900) ?? 0
        tumblingWindow = tumblingSeconds > 0 ? .seconds(tumblingSeconds) : nil
        reportsFailures = try input.reportsFailures()
        filters = try input.filters()
        maximumConcurrency = try input.member("ScalingConfig").integer("MaximumConcurrency", in: 2...1_000)
        parallelization = try input.integer("ParallelizationFactor", in: 1...10) ?? 1
        bisects = try input.boolean("BisectBatchOnFunctionError") ?? false
        retriesMax = try input.integer("MaximumRetryAttempts", in: -1...10_000) ?? -1
        ageSecondsMax = try input.integer("MaximumRecordAgeInSeconds", in: -1...604_800) ?? -1
        onFailureARN = try input.member("DestinationConfig").member("OnFailure").text("Destination")
        startsAtLatest = try input.text("StartingPosition") == "LATEST"
        try checkTogether(input)
    }

    private func checkTogether(_ input: MappingInput) throws(ServiceFault) {
        if ageSecondsMax >= 0, ageSecondsMax < 60 {
            throw .invalidParameter("MaximumRecordAgeInSeconds must be -1 or from 60 to 604800.")
        }
        if tumblingWindow != nil, parallelization > 1 {
            throw .invalidParameter(
                "TumblingWindowInSeconds: the emulator has no tumbling windows with a ParallelizationFactor above 1.")
        }
        switch source {
        case .queue:
            if batchSize > Self.unwindowedBatchSizeMax, sourceARN.hasSuffix(".fifo") {
                throw .invalidParameter("Batch size must be less than or equal to 10 for FIFO queues.")
            }
            if window > .zero, sourceARN.hasSuffix(".fifo") {
                throw .invalidParameter("Batching window is not supported for FIFO queues.")
            }
            if batchSize > Self.unwindowedBatchSizeMax, window == .zero {
                throw .invalidParameter(
                    "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")
            }
        case .tableStream:
            let position = try input.text("StartingPosition")
            guard let position else {
                throw .invalidParameter(
                    "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member "
                        + "must not be null")
            }
            guard position == "LATEST" || position == "TRIM_HORIZON" else {
                throw .invalidParameter("Unsupported starting position for arn type: \(sourceARN)")
            }
        }
    }

    private static func source(of arn: String) throws(ServiceFault) -> Source {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn" else {
            throw .invalidParameter("The event source \(arn) is no ARN.")
        }
        switch parts[2] {
        case "sqs": return .queue
        case "dynamodb" where parts[5].hasPrefix("table/") && parts[5].contains("/stream/"): return .tableStream
        default: throw .invalidParameter("Unrecognized event source, or one that the emulator does not have: \(arn)")
        }
    }

    /// The table whose stream it is.
    var tableName: String? {
        source == .tableStream ? sourceARN.split(separator: "/").dropFirst().first.map { String($0) } : nil
    }

    /// Which records the function gets.
    func criteria() throws(ServiceFault) -> FilterCriteria {
        do throws(FilterCriteriaError) {
            return try FilterCriteria(patterns: filters, source: source == .queue ? .queue : .tableStream)
        } catch {
            throw .invalidParameter("\(error)")
        }
    }
}

/// The parameters of a mapping, with Lambda's checks. Templates may write numbers as texts.
struct MappingInput {
    let value: JSONValue

    func member(_ name: String) -> MappingInput { MappingInput(value: value[name] ?? .null) }

    func text(_ name: String) throws(ServiceFault) -> String? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let text = member.string else { throw .serialization("\(name) must be a string.") }
        return text
    }

    func requireText(_ name: String) throws(ServiceFault) -> String {
        guard let text = try text(name), !text.isEmpty else {
            throw .invalidParameter(
                "1 validation error detected: Value null at '\(Self.parameter(name))' failed to satisfy constraint: Member "
                    + "must not be null")
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ServiceFault) -> Int? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let number = member.int ?? member.string.flatMap({ Int($0) }) else {
            throw .serialization("\(name) must be a whole number.")
        }
        guard range.contains(number) else {
            let side =
                number < range.lowerBound
                ? "greater than or equal to \(range.lowerBound)" : "less than or equal to \(range.upperBound)"
            throw .invalidParameter(
                "1 validation error detected: Value '\(number)' at '\(Self.parameter(name))' failed to satisfy constraint: "
                    + "Member must have value \(side)")
        }
        return number
    }

    func boolean(_ name: String) throws(ServiceFault) -> Bool? {
        guard let member = value[name], !member.isNull else { return nil }
        guard let boolean = member.bool ?? member.string.flatMap({ Bool($0) }) else {
            throw .serialization("\(name) must be a boolean.")
        }
        return boolean
    }

    fileprivate func reportsFailures() throws(ServiceFault) -> Bool {
        let types = value["FunctionResponseTypes"]?.array ?? []
        guard types.allSatisfy({ $0 == "ReportBatchItemFailures" }), types.count <= 1 else {
            throw .invalidParameter(
                "1 validation error detected: Value '\(JSONValue.array(types).compactText)' at 'functionResponseTypes' "
                    + "failed to satisfy constraint: Member must satisfy enum value set: [ReportBatchItemFailures]")
        }
        return !types.isEmpty
    }

    fileprivate func filters() throws(ServiceFault) -> [String] {
        var patterns: [String] = []
        for filter in value["FilterCriteria"]?["Filters"]?.array ?? [] {
            guard let pattern = filter["Pattern"] else { continue }
            patterns.append(pattern.string ?? pattern.compactText)
        }
        return patterns
    }

    /// Lambda's messages have small initials.
    private static func parameter(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }
}
