/// Parses conditions: `OR` binds weakest, then `AND`, then `NOT`.
struct ConditionParser {
    private(set) var reader: ExpressionReader
    private var depth = 0
    /// Deeper than any expression within the bound on operators can be: each pair of parentheses that is not redundant
    /// needs an operator or an operand of its own.
    private static let depthMax = 2 * ExpressionLimit.operatorsMax

    /// The tree, its syntax, names of functions and reserved words checked.
    static func parse(
        _ text: String, kind: ExpressionKind
    ) throws(ExpressionError) -> (root: ConditionNode, reader: ExpressionReader) {
        var parser = ConditionParser(reader: try ExpressionReader(text, kind: kind))
        let root = try parser.parseCondition(try parser.parseOr())
        guard parser.reader.next.kind == .end else { throw parser.reader.syntaxError() }
        try parser.reader.checkWords()
        return (root, parser.reader)
    }

    /// What stands between two operators: which of the two it is shows only by what follows.
    private enum Phrase {
        case condition(ConditionNode)
        case operand(ConditionOperand)
    }

    private struct Parsed {
        var phrase: Phrase
        var isParenthesized = false
    }

    private init(reader: ExpressionReader) { self.reader = reader }

    private mutating func parseOr() throws(ExpressionError) -> Parsed {
        var left = try parseAnd()
        while reader.isNext(keyword: "OR") {
            let first = try parseCondition(left)
            reader.advance()
            reader.countOperator()
            left = Parsed(phrase: .condition(.or(first, try parseCondition(try parseAnd()))))
        }
        return left
    }

    private mutating func parseAnd() throws(ExpressionError) -> Parsed {
        var left = try parseNot()
        while reader.isNext(keyword: "AND") {
            let first = try parseCondition(left)
            reader.advance()
            reader.countOperator()
            left = Parsed(phrase: .condition(.and(first, try parseCondition(try parseNot()))))
        }
        return left
    }

    private mutating func parseNot() throws(ExpressionError) -> Parsed {
        var negations = 0
        while reader.isNext(keyword: "NOT") {
            reader.advance()
            reader.countOperator()
            negations += 1
        }
        let parsed = try parseComparison()
        guard negations > 0 else { return parsed }
        let condition = try parseCondition(parsed)
        return Parsed(phrase: .condition(negations.isMultiple(of: 2) ? condition : .not(condition)))
    }

    /// The condition that `parsed` is; a function alone is one, a path or a value is not.
    private mutating func parseCondition(_ parsed: Parsed) throws(ExpressionError) -> ConditionNode {
        switch parsed.phrase {
        case .condition(let condition): return condition
        case .operand(.function(let function, let arguments)):
            if function == .size { misused(.size) }
            return .function(function, arguments)
        case .operand: throw reader.syntaxError()
        }
    }

    private mutating func parseComparison() throws(ExpressionError) -> Parsed {
        let first = try parsePrimary()
        guard case .operand(let left) = first.phrase else { return first }
        if let comparator = Comparator(reader.next.kind) {
            reader.advance()
            reader.countOperator()
            let right = try parseOperand()
            checkUse([left, right])
            return Parsed(phrase: .condition(.compare(comparator, left, right)))
        }
        if reader.isNext(keyword: "BETWEEN") {
            reader.advance()
            reader.countOperator()
            let low = try parseOperand()
            guard reader.isNext(keyword: "AND") else { throw reader.syntaxError() }
            reader.advance()
            let high = try parseOperand()
            checkUse([left, low, high])
            return Parsed(phrase: .condition(.between(left, low, high)))
        }
        if reader.isNext(keyword: "IN") {
            reader.advance()
            reader.countOperator()
            _ = try reader.expect(.leftParenthesis)
            let list = try parseList()
            checkUse([left] + list)
            return Parsed(phrase: .condition(.oneOf(left, list)))
        }
        return first
    }

    private mutating func parsePrimary() throws(ExpressionError) -> Parsed {
        guard reader.next.kind == .leftParenthesis else { return Parsed(phrase: .operand(try parseBareOperand())) }
        reader.advance()
        depth += 1
        guard depth <= Self.depthMax else { throw reader.kind.error("The expression has redundant parentheses;") }
        var inner = try parseOr()
        depth -= 1
        _ = try reader.expect(.rightParenthesis)
        if inner.isParenthesized { reader.hasRedundantParentheses = true }
        inner.isParenthesized = true
        if case .operand(let operand) = inner.phrase { inner.phrase = .operand(try extended(operand)) }
        return inner
    }

    private mutating func parseOperand() throws(ExpressionError) -> ConditionOperand {
        guard case .operand(let operand) = try parsePrimary().phrase else { throw reader.syntaxError() }
        return operand
    }

    /// A path in parentheses may go on: `(a).b`.
    private mutating func extended(_ operand: ConditionOperand) throws(ExpressionError) -> ConditionOperand {
        guard let slot = operand.path, reader.next.kind == .dot || reader.next.kind == .leftBracket else {
            return operand
        }
        var path = reader.paths[slot]
        try reader.extend(&path)
        return .path(reader.slot(for: path))
    }

    private mutating func parseBareOperand() throws(ExpressionError) -> ConditionOperand {
        switch reader.next.kind {
        case .valuePlaceholder:
            return .value(reader.slot(forValue: reader.text(reader.advance())))
        case .identifier where reader.following.kind == .leftParenthesis && !reader.isKeyword:
            return try parseFunction()
        default:
            return .path(reader.slot(for: try reader.parsePath()))
        }
    }

    private mutating func parseFunction() throws(ExpressionError) -> ConditionOperand {
        let name = reader.text(reader.advance())
        reader.advance()
        reader.countOperator()
        depth += 1
        guard depth <= Self.depthMax else { throw reader.syntaxError() }
        let arguments = try parseList()
        depth -= 1
        checkUse(arguments)
        guard let function = ConditionFunction(rawValue: name) else {
            if UpdateFunction(rawValue: name) != nil {
                reader.misplacedFunction = reader.misplacedFunction ?? name
            } else {
                reader.unknownFunction = reader.unknownFunction ?? name
            }
            // Never evaluated: the parse ends with the complaint about the name.
            return .function(.size, arguments)
        }
        return .function(function, arguments)
    }

    /// One operand or more, and the closing parenthesis.
    private mutating func parseList() throws(ExpressionError) -> [ConditionOperand] {
        var operands = [try parseOperand()]
        while reader.takeIf(.comma) { operands.append(try parseOperand()) }
        _ = try reader.expect(.rightParenthesis)
        return operands
    }

    /// Of all functions only `size` gives something to compare.
    private mutating func checkUse(_ operands: [ConditionOperand]) {
        for case .function(let function, _) in operands where function != .size { misused(function) }
    }

    private mutating func misused(_ function: ConditionFunction) {
        reader.misusedFunction = reader.misusedFunction ?? function.rawValue
    }
}
