import Items

/// What can be wrong with a condition before any item is read: one leaf after the other, and in each leaf undefined
/// placeholders, then the number of operands, then operands that are the same, then types.
struct ConditionChecker {
    let binding: ExpressionBinding

    func check(_ node: ConditionNode) throws(ExpressionError) {
        switch node {
        case .and(let a, let b), .or(let a, let b):
            try check(a)
            try check(b)
        case .not(let inner): try check(inner)
        case .compare(let comparator, let left, let right):
            try checkPlaceholders([left, right])
            try checkFunctions([left, right])
            try checkDistinct(comparator.rawValue, left, [right])
            if comparator != .equal, comparator != .notEqual {
                try checkOrdered(comparator.rawValue, [left, right])
            }
        case .between(let operand, let low, let high):
            try checkPlaceholders([operand, low, high])
            try checkFunctions([operand, low, high])
            try checkOrdered("BETWEEN", [operand, low, high])
            try checkBounds(low, high)
        case .oneOf(let operand, let list):
            try checkPlaceholders([operand] + list)
            guard list.count <= ExpressionLimit.inOperandsMax else {
                throw binding.kind.error(
                    "The IN operator is provided with too many operands; number of operands: \(list.count)")
            }
            try checkFunctions([operand] + list)
            try checkDistinct("IN", operand, list)
        case .function(let function, let arguments):
            try checkPlaceholders(arguments)
            try checkFunctions([.function(function, arguments)])
        }
    }

    private func checkPlaceholders(_ operands: [ConditionOperand]) throws(ExpressionError) {
        guard !binding.isComplete else { return }
        for operand in operands {
            switch operand {
            case .path(let slot): if let error = binding.missingName(inPath: slot) { throw error }
            case .value(let slot): if let error = binding.missingValue(slot) { throw error }
            case .function(_, let arguments): try checkPlaceholders(arguments)
            }
        }
    }

    private func checkFunctions(_ operands: [ConditionOperand]) throws(ExpressionError) {
        for case .function(let function, let arguments) in operands {
            try checkFunctions(arguments)
            guard arguments.count == function.operands else {
                throw binding.wrongOperands(function.rawValue, count: arguments.count)
            }
            if arguments.count == 2 { try checkDistinct(function.rawValue, arguments[0], [arguments[1]]) }
            try checkTypes(function, arguments)
        }
    }

    private func checkTypes(
        _ function: ConditionFunction, _ arguments: [ConditionOperand]
    ) throws(ExpressionError) {
        switch function {
        case .attributeExists, .attributeNotExists:
            guard arguments[0].path != nil else { throw binding.needsPath(function.rawValue) }
        case .attributeType:
            let type = typeName(arguments[1])
            guard type == "S", let slot = arguments[1].value, let name = binding.values[slot]?.string else {
                throw binding.wrongType(function.rawValue, type ?? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
            }
            guard ["S", "N", "B", "NULL", "SS", "BOOL", "L", "BS", "NS", "M"].contains(name) else {
                throw binding.kind.error(
                    "Invalid attribute type name found; type: \(name), valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
            }
        case .beginsWith:
            for type in arguments.compactMap(typeName) where type != "S" && type != "B" {
                throw binding.wrongType(function.rawValue, type)
            }
        case .size:
            if let type = typeName(arguments[0]), ["N", "BOOL", "NULL"].contains(type) {
                throw binding.wrongType(function.rawValue, type)
            }
        case .contains: break
        }
    }

    /// The type that is known before an item is read: that of a value, and of what `size` gives.
    private func typeName(_ operand: ConditionOperand) -> String? {
        switch operand {
        case .path: nil
        case .value(let slot): binding.values[slot]?.typeName
        case .function: "N"
        }
    }

    private func checkOrdered(_ name: String, _ operands: [ConditionOperand]) throws(ExpressionError) {
        for type in operands.compactMap(typeName) where !["S", "N", "B"].contains(type) {
            throw binding.wrongType(name, type)
        }
    }

    private func checkDistinct(
        _ name: String, _ first: ConditionOperand, _ others: [ConditionOperand]
    ) throws(ExpressionError) {
        guard let slot = first.path, let path = binding.paths[slot] else { return }
        for other in others.compactMap(\.path) where binding.paths[other] == path {
            throw binding.kind.error(
                "The first operand must be distinct from the remaining operands for this operator or function; "
                    + "operator: \(name), first operand: \(path)")
        }
    }

    private func checkBounds(_ low: ConditionOperand, _ high: ConditionOperand) throws(ExpressionError) {
        guard let lowSlot = low.value, let highSlot = high.value,
            let low = binding.values[lowSlot], let high = binding.values[highSlot]
        else { return }
        let bounds =
            "lower bound operand: AttributeValue: \(low.messageText), "
            + "upper bound operand: AttributeValue: \(high.messageText)"
        guard low.typeName == high.typeName else {
            throw binding.kind.error(
                "The BETWEEN operator requires same data type for lower and upper bounds; \(bounds)")
        }
        guard high.isLess(than: low) != true else {
            throw binding.kind.error(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; \(bounds)")
        }
    }
}

extension AttributeValue {
    /// A string, number or binary as DynamoDB's messages show it: `{N:1}`.
    fileprivate var messageText: String {
        switch self {
        case .string(let text): "{S:\(text)}"
        case .number(let number): "{N:\(number)}"
        case .binary(let bytes): "{B:\(Base64.text(of: bytes))}"
        default: "{\(typeName)}"
        }
    }
}
