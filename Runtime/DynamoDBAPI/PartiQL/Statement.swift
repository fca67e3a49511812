import JSON

/// A PartiQL statement, parsed.
///
/// - Note: Source: Amazon DynamoDB Developer Guide, "PartiQL statements for DynamoDB".
enum Statement: Sendable {
    case select(SelectStatement)
    case insert(table: String, item: JSONValue)
    case update(UpdateStatement)
    case delete(table: String, condition: StatementCondition, returning: String?)
    /// `EXISTS (SELECT …)`, which only a transaction may hold.
    case exists(SelectStatement)

    var table: String {
        switch self {
        case .select(let select), .exists(let select): select.table
        case .insert(let table, _), .delete(let table, _, _): table
        case .update(let update): update.table
        }
    }

    var isRead: Bool { if case .select = self { true } else { false } }
}

struct SelectStatement: Sendable {
    /// What is shown and under which name; nil for everything.
    var projection: [(path: StatementPath, name: String)]?
    var table: String
    var index: String?
    var condition: StatementCondition?
    var order: [(attribute: String, isDescending: Bool)] = []
}

struct UpdateStatement: Sendable {
    var table: String
    var changes: [StatementChange] = []
    var condition: StatementCondition
    /// As the parameter ReturnValues names it.
    var returning: String?
}

enum StatementChange: Sendable {
    case set(StatementPath, StatementOperand)
    case addToSet(StatementPath, StatementOperand)
    case deleteFromSet(StatementPath, StatementOperand)
    case remove(StatementPath)
}

/// An attribute, or a place within one.
struct StatementPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case name(String)
        case index(Int)
    }

    var attribute: String
    var steps: [Step] = []
}

indirect enum StatementOperand: Sendable {
    case path(StatementPath)
    /// In DynamoDB's JSON.
    case value(JSONValue)
    case function(String, [StatementOperand])
    case sum(StatementOperand, String, StatementOperand)

    /// The attribute it is, if it is one as a whole.
    var attribute: String? {
        if case .path(let path) = self, path.steps.isEmpty { path.attribute } else { nil }
    }

    var value: JSONValue? { if case .value(let value) = self { value } else { nil } }
}

indirect enum StatementCondition: Sendable {
    case and(StatementCondition, StatementCondition)
    case or(StatementCondition, StatementCondition)
    case not(StatementCondition)
    case compare(String, StatementOperand, StatementOperand)
    case between(StatementOperand, StatementOperand, StatementOperand)
    case oneOf(StatementOperand, [StatementOperand])
    case function(String, [StatementOperand])

    /// The parts all of which must hold.
    var conjuncts: [StatementCondition] {
        if case .and(let a, let b) = self { a.conjuncts + b.conjuncts } else { [self] }
    }

    /// What an attribute must equal for this condition to hold; nil if it is no such condition.
    var equality: (attribute: String, value: JSONValue)? {
        guard case .compare("=", let left, let right) = self else { return nil }
        if let attribute = left.attribute, let value = right.value { return (attribute, value) }
        if let attribute = right.attribute, let value = left.value { return (attribute, value) }
        return nil
    }
}
