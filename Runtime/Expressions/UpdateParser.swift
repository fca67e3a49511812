/// Parses update expressions: SET, REMOVE, ADD and DELETE sections in any order.
struct UpdateParser {
    private var reader: ExpressionReader
    private var depth = 0
    /// No expression within the bound on operators nests deeper.
    private static let depthMax = 2 * ExpressionLimit.operatorsMax

    /// The tree, its syntax, names of functions and reserved words checked.
    static func parse(_ text: String) throws(ExpressionError) -> (root: UpdateNode, reader: ExpressionReader) {
        var parser = UpdateParser(reader: try ExpressionReader(text, kind: .update))
        let root = try parser.parseSections()
        try parser.reader.checkWords()
        return (root, parser.reader)
    }

    private init(reader: ExpressionReader) { self.reader = reader }

    private mutating func parseSections() throws(ExpressionError) -> UpdateNode {
        var node = UpdateNode(actions: [])
        var seen: Set<String> = []
        repeat {
            guard let section = ["SET", "REMOVE", "ADD", "DELETE"].first(where: { reader.isNext(keyword: $0) }) else {
                throw reader.syntaxError()
            }
            reader.advance()
            if !seen.insert(section).inserted { node.repeatedSection = node.repeatedSection ?? section }
            repeat { node.actions.append(try parseAction(of: section)) } while reader.takeIf(.comma)
        } while reader.next.kind != .end
        return node
    }

    private mutating func parseAction(of section: String) throws(ExpressionError) -> UpdateAction {
        let path = reader.slot(for: try reader.parsePath())
        switch section {
        case "SET":
            _ = try reader.expect(.equal)
            return .set(path, try parseSetValue())
        case "REMOVE": return .remove(path)
        case "ADD": return .add(path, value: try parseValue())
        default: return .delete(path, value: try parseValue())
        }
    }

    private mutating func parseValue() throws(ExpressionError) -> Int {
        reader.slot(forValue: reader.text(try reader.expect(.valuePlaceholder)))
    }

    /// One operand, or two with a sign between them, all of it in parentheses or not.
    private mutating func parseSetValue() throws(ExpressionError) -> UpdateOperand {
        let left = try parseOperand(mayHoldSum: true)
        return try parseSum(left)
    }

    private mutating func parseSum(_ left: UpdateOperand) throws(ExpressionError) -> UpdateOperand {
        switch reader.next.kind {
        case .plus:
            reader.advance()
            reader.countOperator()
            return .plus(left, try parseOperand(mayHoldSum: false))
        case .minus:
            reader.advance()
            reader.countOperator()
            return .minus(left, try parseOperand(mayHoldSum: false))
        default: return left
        }
    }

    private mutating func parseOperand(mayHoldSum: Bool) throws(ExpressionError) -> UpdateOperand {
        switch reader.next.kind {
        case .leftParenthesis:
            reader.advance()
            depth += 1
            guard depth <= Self.depthMax else { throw reader.kind.error("The expression has redundant parentheses;") }
            if reader.next.kind == .leftParenthesis { reader.hasRedundantParentheses = true }
            let inner = try parseOperand(mayHoldSum: false)
            let operand = mayHoldSum ? try parseSum(inner) : inner
            depth -= 1
            _ = try reader.expect(.rightParenthesis)
            return operand
        case .valuePlaceholder:
            return .value(try parseValue())
        case .identifier where reader.following.kind == .leftParenthesis && !reader.isKeyword:
            return try parseFunction()
        default:
            return .path(reader.slot(for: try reader.parsePath()))
        }
    }

    private mutating func parseFunction() throws(ExpressionError) -> UpdateOperand {
        let name = reader.text(reader.advance())
        reader.advance()
        reader.countOperator()
        depth += 1
        guard depth <= Self.depthMax else { throw reader.syntaxError() }
        var arguments = [try parseOperand(mayHoldSum: false)]
        while reader.takeIf(.comma) { arguments.append(try parseOperand(mayHoldSum: false)) }
        _ = try reader.expect(.rightParenthesis)
        depth -= 1
        for case .function(.listAppend, _) in arguments {
            // Only if_not_exists gives an operand to another function.
            reader.misusedFunction = reader.misusedFunction ?? UpdateFunction.listAppend.rawValue
        }
        guard let function = UpdateFunction(rawValue: name) else {
            if ConditionFunction(rawValue: name) != nil {
                reader.misplacedFunction = reader.misplacedFunction ?? name
            } else {
                reader.unknownFunction = reader.unknownFunction ?? name
            }
            // Never evaluated: the parse ends with the complaint about the name.
            return .function(.ifNotExists, arguments)
        }
        return .function(function, arguments)
    }
}
