/// A parsed condition, filter or key condition. Paths and values are slots of the expression they belong to, so that
/// one tree serves every request of the same text.
indirect enum ConditionNode: Sendable {
    case and(ConditionNode, ConditionNode)
    case or(ConditionNode, ConditionNode)
    case not(ConditionNode)
    case compare(Comparator, ConditionOperand, ConditionOperand)
    case between(ConditionOperand, ConditionOperand, ConditionOperand)
    case oneOf(ConditionOperand, [ConditionOperand])
    case function(ConditionFunction, [ConditionOperand])
}

indirect enum ConditionOperand: Sendable {
    case path(Int)
    case value(Int)
    case function(ConditionFunction, [ConditionOperand])

    var path: Int? { if case .path(let slot) = self { slot } else { nil } }
    var value: Int? { if case .value(let slot) = self { slot } else { nil } }
}

enum Comparator: String, Sendable {
    case equal = "="
    case notEqual = "<>"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    init?(_ kind: Token.Kind) {
        switch kind {
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        default: return nil
        }
    }

    /// The comparator that says the same with its operands swapped.
    var mirrored: Comparator {
        switch self {
        case .equal, .notEqual: self
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        }
    }
}

enum ConditionFunction: String, Sendable {
    case attributeExists = "attribute_exists"
    case attributeNotExists = "attribute_not_exists"
    case attributeType = "attribute_type"
    case beginsWith = "begins_with"
    case contains
    case size

    var operands: Int {
        switch self {
        case .attributeExists, .attributeNotExists, .size: 1
        case .attributeType, .beginsWith, .contains: 2
        }
    }
}
