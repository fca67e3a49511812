package import JSON

/// Which records of a queue or a stream a function gets: those that match one filter at least, or all without any.
///
/// A filter is an event pattern without wildcards and without operators inside `anything-but`, held against one
/// record. Only leaves are compared, so `exists` says nothing of an object or an array of objects; DynamoDB's numbers
/// are strings (`{"N": ["42"]}`), for which `numeric` never holds.
///
/// - Note: Source: AWS Lambda Developer Guide, "Control which events Lambda sends to your function", "Using event
///   filtering with an Amazon SQS event source", "… with a DynamoDB event source".
package struct FilterCriteria: Sendable {
    package enum Source: Sendable {
        case queue
        case tableStream
    }

    private let filters: [EventPattern]
    private let source: Source

    /// Five filters; AWS raises the quota to ten on request.
    package static let filtersMax = 5

    /// - Parameter patterns: the JSON of each filter's `Pattern`.
    /// - Throws: ``FilterCriteriaError`` in Lambda's words.
    package init(
        patterns: [String], source: Source, filtersMax: Int = filtersMax
    ) throws(FilterCriteriaError) {
        guard patterns.count <= filtersMax else { throw .tooMany(max: filtersMax) }
        var filters: [EventPattern] = []
        for pattern in patterns {
            do {
                filters.append(try EventPattern(parsing: pattern, operators: .eventSourceMapping))
            } catch {
                throw .invalidPattern
            }
        }
        self.filters = filters
        self.source = source
    }

    /// Whether the function gets the record. One that it does not get counts as processed: a message is deleted.
    ///
    /// - Parameter record: as the function would get it in `Records`.
    package func accepts(_ record: JSONValue) -> Bool {
        guard !filters.isEmpty else { return true }
        switch source {
        case .tableStream: return filters.contains { $0.matches(record) }
        case .queue: return acceptsMessage(record)
        }
    }

    /// A filter of fields in the body drops a plain text, one of a text drops JSON. A body is JSON if it is that of an
    /// object or an array; `5` and `"five"` are plain texts.
    private func acceptsMessage(_ record: JSONValue) -> Bool {
        var message = record
        var hasJSONBody = false
        if case .object(var members) = record, let text = members["body"]?.string, let body = try? parseJSON(text),
            body.object != nil || body.array != nil
        {
            members["body"] = body
            message = .object(members)
            hasJSONBody = true
        }
        return filters.contains { filter in
            filter.alternatives.contains { alternative in
                let body = alternative.root.children.first { $0.name == "body" }
                if let body, hasJSONBody ? !body.tests.isEmpty : !body.children.isEmpty { return false }
                return alternative.matches(message)
            }
        }
    }
}

/// Filters that Lambda refuses.
package enum FilterCriteriaError: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidPattern
    case tooMany(max: Int)

    package var description: String {
        switch self {
        case .invalidPattern: "Invalid filter pattern definition."
        case .tooMany(let max): "FilterCriteria may have at most \(max) filters."
        }
    }
}
