import JSON

/// Why a pattern is none, in the words of aws/event-ruler.
struct PatternFault: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// Turns the JSON of a pattern into trees, one for each way through its `$or`s.
enum PatternCompiler {
    /// The fields that must match together. A field that is written again replaces the one before.
    private struct Branch {
        var fields: [(path: String, tests: [ValueTest])] = []

        mutating func set(_ path: String, _ tests: [ValueTest]) {
            if let index = fields.firstIndex(where: { $0.path.utf8.elementsEqual(path.utf8) }) {
                fields[index].tests = tests
            } else {
                fields.append((path, tests))
            }
        }
    }

    static func alternatives(
        of pattern: JSONValue, operators: MatchOperators
    ) throws(PatternFault) -> [PatternTree] {
        guard case .object(let object) = pattern else { throw PatternFault("Filter is not an object") }
        var branches = [Branch()]
        try add(object, path: "", isInsideOr: false, operators: operators, to: &branches)
        return branches.map { PatternTree($0.fields) }
    }

    /// Names that mean operators, now or one day, and so are no fields below `$or`.
    private static let reservedNames: Set<String> = [
        "exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr",
        "=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after",
        "date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range",
    ]

    private static func add(
        _ object: JSONObject, path: String, isInsideOr: Bool, operators: MatchOperators, to branches: inout [Branch]
    ) throws(PatternFault) {
        guard !object.isEmpty else { throw PatternFault("Empty objects are not allowed") }
        for (name, value) in object {
            if name == "$or" {
                try addAlternatives(value, path: path, operators: operators, to: &branches)
                continue
            }
            if isInsideOr, reservedNames.contains(name) {
                throw PatternFault("\(name) is Ruler reserved fieldName which cannot be used inside $or.")
            }
            let fieldPath = path.isEmpty ? name : path + "." + name
            switch value {
            case .object(let inner):
                try add(inner, path: fieldPath, isInsideOr: isInsideOr, operators: operators, to: &branches)
            case .array(let values):
                let tests = try MatchExpressions.tests(values, operators: operators)
                for index in branches.indices { branches[index].set(fieldPath, tests) }
            default: throw PatternFault("\"\(name)\" must be an object or an array")
            }
        }
    }

    /// Each branch so far goes on with each of the objects.
    private static func addAlternatives(
        _ value: JSONValue, path: String, operators: MatchOperators, to branches: inout [Branch]
    ) throws(PatternFault) {
        guard case .array(let elements) = value else { throw PatternFault("It must be an Array followed with $or.") }
        let earlier = branches
        branches = []
        for element in elements {
            guard case .object(let object) = element else {
                throw PatternFault("Only JSON object is allowed in array of $or relationship.")
            }
            var added = earlier
            try add(object, path: path, isInsideOr: true, operators: operators, to: &added)
            branches += added
            guard branches.count <= EventPattern.alternativesMax else {
                throw PatternFault("There are more than \(EventPattern.alternativesMax) rule combinations in $or.")
            }
        }
        guard elements.count >= 2 else {
            throw PatternFault("There must have at least 2 Objects in $or relationship.")
        }
    }
}
