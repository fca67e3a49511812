import JSON

/// Parses what follows WHERE: `OR` binds weakest, then `AND`, then `NOT`.
extension StatementReader {
    mutating func condition() throws(StatementError) -> StatementCondition {
        var left = try conjunction()
        while take("OR") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(StatementError) -> StatementCondition {
        var left = try negation()
        while take("AND") { left = .and(left, try negation()) }
        return left
    }

    private mutating func negation() throws(StatementError) -> StatementCondition {
        guard take("NOT") else { return try predicate() }
        return .not(try nested { reader throws(StatementError) in try reader.negation() })
    }

    private mutating func predicate() throws(StatementError) -> StatementCondition {
        if next == .sign("(") {
            advance()
            let inner = try nested { reader throws(StatementError) in try reader.condition() }
            try expectSign(")")
            return inner
        }
        let left = try operand()
        if case .sign(let sign) = next, ["=", "<>", "<", "<=", ">", ">="].contains(sign) {
            advance()
            return .compare(sign, left, try operand())
        }
        if take("IS") { return try test(of: left) }
        let isNegated = take("NOT")
        if take("BETWEEN") {
            let low = try operand()
            try expect("AND")
            return negated(.between(left, low, try operand()), isNegated)
        }
        if take("IN") { return negated(.oneOf(left, try list()), isNegated) }
        if !isNegated, case .function(let name, let arguments) = left, name != "size" {
            return .function(name, arguments)
        }
        throw unexpected("Expected an operator")
    }

    private func negated(_ condition: StatementCondition, _ isNegated: Bool) -> StatementCondition {
        isNegated ? .not(condition) : condition
    }

    /// `IS [NOT] MISSING` and `IS [NOT] NULL`.
    private mutating func test(of operand: StatementOperand) throws(StatementError) -> StatementCondition {
        let isNegated = take("NOT")
        if take("MISSING") {
            return .function(isNegated ? "attribute_exists" : "attribute_not_exists", [operand])
        }
        try expect("NULL")
        return negated(.function("attribute_type", [operand, .value(["S": "NULL"])]), isNegated)
    }

    private mutating func list() throws(StatementError) -> [StatementOperand] {
        let closing = next == .sign("[") ? "]" : ")"
        guard takeSign("[") || takeSign("(") else { throw unexpected("Expected a list") }
        var operands: [StatementOperand] = []
        repeat { operands.append(try operand()) } while takeSign(",")
        try expectSign(closing)
        return operands
    }

    /// A path, a value, a function of some, or a sum.
    mutating func operand() throws(StatementError) -> StatementOperand {
        let left = try simpleOperand()
        if takeSign("+") { return .sum(left, "+", try simpleOperand()) }
        if takeSign("-") { return .sum(left, "-", try simpleOperand()) }
        return left
    }

    private mutating func simpleOperand() throws(StatementError) -> StatementOperand {
        if isAtValue { return .value(try value()) }
        guard case .word(let name) = next, following == .sign("(") else { return .path(try path()) }
        advance()
        advance()
        var arguments: [StatementOperand] = []
        if next != .sign(")") {
            repeat {
                arguments.append(try nested { reader throws(StatementError) in try reader.operand() })
            } while takeSign(",")
        }
        try expectSign(")")
        return .function(name.lowercased(), arguments)
    }
}
