import Expressions
import Items
import JSON

/// Reads `Expected`, `QueryFilter`, `ScanFilter` and `KeyConditions`, with DynamoDB's complaints.
enum LegacyConditionReader {
    /// `Expected` with its `ConditionalOperator`; nil if there is none.
    static func expected(_ request: Request) throws(APIError) -> LegacyCondition? {
        guard let members = request.object("Expected"), !members.isEmpty else {
            try checkOperator(request, tests: 0, isGiven: request.has("Expected"))
            return nil
        }
        var tests: [LegacyTest] = []
        for (attribute, json) in members {
            tests.append(try expectedTest(attribute, Request(json.object ?? JSONObject())))
        }
        try checkOperator(request, tests: tests.count, isGiven: true)
        return LegacyCondition(tests: tests, needsAll: request.string("ConditionalOperator") != "OR")
    }

    /// `QueryFilter` or `ScanFilter`; nil if there is none.
    static func filter(_ request: Request, _ parameter: String) throws(APIError) -> LegacyCondition? {
        let tests = try conditions(request, parameter)
        try checkOperator(request, tests: tests.count, isGiven: request.has(parameter))
        guard !tests.isEmpty else { return nil }
        return LegacyCondition(tests: tests, needsAll: request.string("ConditionalOperator") != "OR")
    }

    static func conditions(_ request: Request, _ parameter: String) throws(APIError) -> [LegacyTest] {
        var tests: [LegacyTest] = []
        for (attribute, json) in request.object(parameter) ?? JSONObject() {
            let condition = Request(json.object ?? JSONObject())
            let values = try values(condition)
            let comparison = condition.string("ComparisonOperator") ?? ""
            try checkCount(comparison, values.count)
            try checkValues(comparison, values)
            tests.append(LegacyTest(attribute: attribute, comparison: comparison, values: values))
        }
        return tests
    }

    private static func checkOperator(_ request: Request, tests: Int, isGiven: Bool) throws(APIError) {
        guard request.has("ConditionalOperator") else { return }
        guard isGiven else {
            throw .invalid("ConditionalOperator cannot be used without Filter or Expected")
        }
        guard tests > 1 else {
            throw .invalid("ConditionalOperator can only be used when Filter or Expected has two or more elements")
        }
    }

    private static func values(_ condition: Request) throws(APIError) -> [AttributeValue] {
        var values: [AttributeValue] = []
        for json in condition.array("AttributeValueList") ?? [] { values.append(try AttributeValueReader.value(json)) }
        return values
    }

    private static func expectedTest(_ attribute: String, _ condition: Request) throws(APIError) -> LegacyTest {
        let hasList = condition.has("AttributeValueList")
        guard !hasList || !condition.has("Value") else {
            throw .invalid("Value and AttributeValueList cannot be used together for Attribute: \(attribute)")
        }
        let value = try condition.value("Value").map { json throws(APIError) in try AttributeValueReader.value(json) }
        guard let comparison = condition.string("ComparisonOperator") else {
            guard !hasList else {
                throw .invalid(
                    "AttributeValueList can only be used with a ComparisonOperator for Attribute: \(attribute)")
            }
            return try existence(attribute, condition, value)
        }
        guard !condition.has("Exists") else {
            throw .invalid("Exists and ComparisonOperator cannot be used together for Attribute: \(attribute)")
        }
        guard comparison == "NULL" || comparison == "NOT_NULL" || hasList || value != nil else {
            throw .invalid(
                "Value or AttributeValueList must be used with ComparisonOperator: \(comparison) for Attribute: \(attribute)"
            )
        }
        let values = try hasList ? values(condition) : value.map { [$0] } ?? []
        try checkCount(comparison, values.count)
        try checkValues(comparison, values)
        return LegacyTest(attribute: attribute, comparison: comparison, values: values)
    }

    private static func existence(
        _ attribute: String, _ condition: Request, _ value: AttributeValue?
    ) throws(APIError) -> LegacyTest {
        guard condition.bool("Exists") ?? true else {
            guard value == nil else {
                throw .invalid("Value cannot be used when Exists is false for Attribute: \(attribute)")
            }
            return LegacyTest(attribute: attribute, comparison: "NULL", values: [])
        }
        guard let value else {
            throw .invalid(
                "Value must be provided when Exists is \(condition.has("Exists") ? "true" : "null") "
                    + "for Attribute: \(attribute)")
        }
        return LegacyTest(attribute: attribute, comparison: "EQ", values: [value])
    }

    private static func checkCount(_ comparison: String, _ count: Int) throws(APIError) {
        let isRight =
            switch comparison {
            case "NULL", "NOT_NULL": count == 0
            case "IN": count > 0
            case "BETWEEN": count == 2
            default: count == 1
            }
        guard isRight else { throw .invalid("Invalid number of argument(s) for the \(comparison) ComparisonOperator") }
    }

    private static func checkValues(_ comparison: String, _ values: [AttributeValue]) throws(APIError) {
        guard let first = values.first else { return }
        guard values.allSatisfy({ $0.typeName == first.typeName }) else {
            throw .invalid("AttributeValues inside AttributeValueList must be of same type")
        }
        let accepted: [String]? =
            switch comparison {
            case "LE", "LT", "GE", "GT", "BETWEEN", "CONTAINS", "NOT_CONTAINS", "IN": ["S", "N", "B"]
            case "BEGINS_WITH": ["S", "B"]
            default: nil
            }
        if let accepted, !accepted.contains(first.typeName) {
            throw .invalid("ComparisonOperator \(comparison) is not valid for \(first.typeName) AttributeValue type")
        }
        if comparison == "BETWEEN", values[1].isLess(than: values[0]) == true {
            throw .validation(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
        }
    }
}
