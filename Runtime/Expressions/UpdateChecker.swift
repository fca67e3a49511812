import Items

/// What can be wrong with an update before the item is read. DynamoDB looks at the whole expression for one kind of
/// fault, then for the next.
struct UpdateChecker {
    let binding: ExpressionBinding

    func check(_ node: UpdateNode) throws(ExpressionError) {
        if let section = node.repeatedSection {
            throw binding.kind.error("The \"\(section)\" section can only be used once in an update expression;")
        }
        if !binding.isComplete { try checkPlaceholders() }
        let paths = node.actions.compactMap { binding.paths[$0.path] }
        if let reason = DocumentPath.clashReason(among: paths) { throw binding.kind.error(reason) }
        for action in node.actions { try checkValue(of: action) }
        for case .set(_, let operand) in node.actions { try check(operand) }
    }

    private func checkPlaceholders() throws(ExpressionError) {
        for slot in binding.paths.indices {
            if let error = binding.missingName(inPath: slot) { throw error }
        }
        for slot in binding.values.indices {
            if let error = binding.missingValue(slot) { throw error }
        }
    }

    private func checkValue(of action: UpdateAction) throws(ExpressionError) {
        let (name, value): (String, AttributeValue?)
        switch action {
        case .set, .remove: return
        case .add(_, let slot): (name, value) = ("ADD", binding.values[slot])
        case .delete(_, let slot): (name, value) = ("DELETE", binding.values[slot])
        }
        switch value {
        case .stringSet, .numberSet, .binarySet, nil: return
        case .number where name == "ADD": return
        case let value?:
            throw binding.kind.error(
                "Incorrect operand type for operator or function; operator: \(name), operand type: \(value.typeTitle), "
                    + "typeSet: ALLOWED_FOR_\(name)_OPERAND")
        }
    }

    private func check(_ operand: UpdateOperand) throws(ExpressionError) {
        switch operand {
        case .path, .value: return
        case .plus(let left, let right): try checkSum("+", [left, right])
        case .minus(let left, let right): try checkSum("-", [left, right])
        case .function(let function, let arguments):
            for argument in arguments { try check(argument) }
            guard arguments.count == 2 else {
                throw binding.wrongOperands(function.rawValue, count: arguments.count)
            }
            switch function {
            case .ifNotExists:
                guard case .path = arguments[0] else { throw binding.needsPath(function.rawValue) }
            case .listAppend: try checkTypes(function.rawValue, arguments, are: "L")
            }
        }
    }

    private func checkSum(_ name: String, _ operands: [UpdateOperand]) throws(ExpressionError) {
        for operand in operands { try check(operand) }
        for case .function(.listAppend, _) in operands { throw binding.wrongType(name, "L") }
        try checkTypes(name, operands, are: "N")
    }

    private func checkTypes(_ name: String, _ operands: [UpdateOperand], are type: String) throws(ExpressionError) {
        for slot in operands.compactMap(\.value) {
            if let value = binding.values[slot], value.typeName != type {
                throw binding.wrongType(name, value.typeName)
            }
        }
    }
}
