import JSON
import NIOHTTP1
import Time

// The Lambda API of event source mappings.
extension EventSourceMappings {
    private static let path = "/2015-03-31/event-source-mappings"
    private static let pageMax = 100

    func owns(_ request: HTTPRequest) -> Bool {
        request.path == Self.path || request.path.hasPrefix(Self.path + "/")
    }

    /// - Note: Source: AWS Lambda API Reference, CreateEventSourceMapping and its kin.
    func handle(_ call: ServiceCall) {
        let response: HTTPResponse
        do throws(ServiceFault) {
            response = try answer(call)
        } catch {
            let kind = error.status.code < 500 ? "User" : "Service"
            let body: JSONValue = [
                "Type": .string(kind), "Message": .string(error.message), "message": .string(error.message),
            ]
            let status: HTTPResponseStatus = error.code == "ResourceNotFoundException" ? .notFound : error.status
            response = HTTPResponse(status, headers: [("x-amzn-ErrorType", error.code)], json: body.compactBytes)
        }
        host.journal.afterCommit { call.answer(response) }
    }

    private func answer(_ call: ServiceCall) throws(ServiceFault) -> HTTPResponse {
        let request = call.request
        let parts = request.path.dropFirst(Self.path.count).split(separator: "/").map { String($0) }
        switch (request.method, parts.count) {
        case (.POST, 0):
            try allow("CreateEventSourceMapping", call)
            return Self.accepted(try create(try input(of: request)), state: "Creating")
        case (.GET, 0):
            try allow("ListEventSourceMappings", call)
            return HTTPResponse(.ok, json: try list(request).compactBytes)
        case (.GET, 1):
            try allow("GetEventSourceMapping", call)
            return HTTPResponse(.ok, json: try entry(parts[0]).json().compactBytes)
        case (.PUT, 1):
            try allow("UpdateEventSourceMapping", call)
            return Self.accepted(try update(try entry(parts[0]), try input(of: request)), state: "Updating")
        case (.DELETE, 1):
            try allow("DeleteEventSourceMapping", call)
            let entry = try entry(parts[0])
            remove(entry)
            return Self.accepted(entry, state: "Deleting")
        default:
            throw ServiceFault(
                code: "UnknownOperationException", message: "The emulator has no \(request.method) \(request.path).",
                status: .notFound)
        }
    }

    private func allow(_ action: String, _ call: ServiceCall) throws(ServiceFault) {
        guard let message = host.access.denial(of: "lambda:\(action)", on: "*", to: call.caller) else { return }
        throw ServiceFault(code: "AccessDeniedException", message: message, status: .forbidden)
    }

    private static func accepted(_ entry: Entry, state: String) -> HTTPResponse {
        HTTPResponse(.accepted, json: entry.json(state: state).compactBytes)
    }

    private func input(of request: HTTPRequest) throws(ServiceFault) -> JSONObject {
        guard let input = (try? parseJSON(request.bodyBytes))?.object else {
            throw ServiceFault(
                code: "InvalidRequestContentException", message: "Could not parse request body into json.")
        }
        return input
    }

    private func entry(_ uuid: String) throws(ServiceFault) -> Entry {
        guard let entry = entries[uuid] else { throw .resourceUnknown("The resource you requested does not exist.") }
        return entry
    }

    private func create(_ input: JSONObject) throws(ServiceFault) -> Entry {
        try add(host.identifiers.requestID(), input, declared: nil)
    }

    private func update(_ entry: Entry, _ input: JSONObject) throws(ServiceFault) -> Entry {
        var settings = entry.mapping.settings
        for (name, value) in input where name != "UUID" && !value.isNull { settings[name] = value }
        return try change(entry, to: settings)
    }

    private func list(_ request: HTTPRequest) throws(ServiceFault) -> JSONValue {
        let query = FormFields(request.query)
        let function = try query["FunctionName"].map { (name) throws(ServiceFault) in try pool(of: name) }
        let source = query["EventSourceArn"]
        let limit = query["MaxItems"].flatMap { Int($0) } ?? Self.pageMax
        guard 1...10_000 ~= limit else {
            throw .invalidParameter(
                "1 validation error detected: Value '\(limit)' at 'maxItems' failed to satisfy constraint: Member must have "
                    + "value between 1 and 10000")
        }
        let rest = entries.values.filter { entry in
            (function == nil || entry.pool === function) && (source == nil || entry.mapping.sourceARN == source)
                && query["Marker"].map { entry.mapping.uuid > $0 } ?? true
        }.sorted { $0.mapping.uuid < $1.mapping.uuid }
        let page = rest.prefix(min(limit, Self.pageMax))
        var answer: JSONObject = ["EventSourceMappings": .array(page.map { $0.json() })]
        if page.count < rest.count { answer["NextMarker"] = page.last.map { .string($0.mapping.uuid) } }
        return .object(answer)
    }
}

extension EventSourceMappings.Entry {
    /// - Parameter state: nil for the lasting one.
    func json(state: String? = nil) -> JSONValue {
        var json: JSONObject = [
            "UUID": .string(mapping.uuid), "BatchSize": .number(JSONNumber(mapping.batchSize)),
            "MaximumBatchingWindowInSeconds": .number(JSONNumber(Int(mapping.window.components.seconds))),
            "EventSourceArn": .string(mapping.sourceARN), "FunctionArn": .string(pool.function.arn),
            "LastModified": .number(JSONNumber(Int(modifiedAt.secondsRoundedDown))),
            "LastProcessingResult": .string(lastResult),
            "State": .string(state ?? (mapping.isEnabled ? "Enabled" : "Disabled")),
            "StateTransitionReason": "USER_INITIATED",
            "FunctionResponseTypes": mapping.reportsFailures ? ["ReportBatchItemFailures"] : [],
            "EventSourceMappingArn": .string(
                "arn:aws:lambda:\(LocalAccount.region):\(LocalAccount.id):event-source-mapping:\(mapping.uuid)"),
        ]
        if !mapping.filters.isEmpty {
            json["FilterCriteria"] = ["Filters": .array(mapping.filters.map { ["Pattern": .string($0)] })]
        }
        json["ScalingConfig"] = mapping.maximumConcurrency.map {
            ["MaximumConcurrency": .number(JSONNumber($0))]
        }
        guard mapping.source == .tableStream else { return .object(json) }
        json["StartingPosition"] = mapping.startsAtLatest ? "LATEST" : "TRIM_HORIZON"
        json["ParallelizationFactor"] = .number(JSONNumber(mapping.parallelization))
        json["BisectBatchOnFunctionError"] = .bool(mapping.bisects)
        json["MaximumRetryAttempts"] = .number(JSONNumber(mapping.retriesMax))
        json["MaximumRecordAgeInSeconds"] = .number(JSONNumber(mapping.ageSecondsMax))
        json["TumblingWindowInSeconds"] = .number(
            JSONNumber(Int(mapping.tumblingWindow?.components.seconds ?? 0)))
        json["DestinationConfig"] = [
            "OnFailure": mapping.onFailureARN.map { ["Destination": .string($0)] } ?? [:]
        ]
        return .object(json)
    }
}
