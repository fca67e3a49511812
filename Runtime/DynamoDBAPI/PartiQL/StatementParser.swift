import JSON

/// Parses whole statements.
enum StatementParser {
    /// - Parameter parameters: what the question marks stand for, in DynamoDB's JSON.
    static func parse(_ text: String, parameters: [JSONValue]) throws(APIError) -> Statement {
        do throws(StatementError) {
            var reader = try StatementReader(text, parameters: parameters)
            let statement = try reader.statement()
            while reader.takeSign(";") {}
            guard reader.next == .end else { throw reader.unexpected("Unexpected term after the statement") }
            guard !reader.hasUnusedParameters else { throw StatementReader.parameterMismatch }
            return statement
        } catch {
            throw error == StatementReader.parameterMismatch
                ? .validation(error.reason)
                : .validation("Statement wasn't well formed, can't be processed: " + error.reason)
        }
    }
}

extension StatementReader {
    fileprivate mutating func statement() throws(StatementError) -> Statement {
        if take("SELECT") { return .select(try select()) }
        if take("INSERT") { return try insert() }
        if take("UPDATE") { return .update(try update()) }
        if take("DELETE") { return try delete() }
        if take("EXISTS") {
            try expectSign("(")
            try expect("SELECT")
            let inner = try select()
            try expectSign(")")
            return .exists(inner)
        }
        throw unexpected("Expected SELECT, INSERT, UPDATE, DELETE or EXISTS")
    }

    private mutating func select() throws(StatementError) -> SelectStatement {
        var projection: [(path: StatementPath, name: String)]?
        if !takeSign("*") {
            var shown: [(path: StatementPath, name: String)] = []
            repeat {
                let path = try path()
                var name = path.attribute
                for case .name(let step) in path.steps { name = step }
                if take("AS") { name = try self.name() }
                shown.append((path, name))
            } while takeSign(",")
            projection = shown
        }
        try expect("FROM")
        let table = try name()
        let index = takeSign(".") ? try name() : nil
        var statement = SelectStatement(projection: projection, table: table, index: index)
        if take("WHERE") { statement.condition = try condition() }
        if take("ORDER") {
            try expect("BY")
            repeat {
                let attribute = try name()
                let isDescending = take("DESC")
                if !isDescending { _ = take("ASC") }
                statement.order.append((attribute, isDescending))
            } while takeSign(",")
        }
        return statement
    }

    private mutating func insert() throws(StatementError) -> Statement {
        try expect("INTO")
        let table = try name()
        try expect("VALUE")
        guard let item = try value()["M"] else { throw StatementError("Expected a map of attributes after VALUE") }
        return .insert(table: table, item: item)
    }

    private mutating func update() throws(StatementError) -> UpdateStatement {
        let table = try name()
        var changes: [StatementChange] = []
        while true {
            if take("SET") {
                repeat { changes.append(try setChange()) } while takeSign(",")
            } else if take("REMOVE") {
                repeat { changes.append(.remove(try path())) } while takeSign(",")
            } else {
                break
            }
        }
        guard !changes.isEmpty else { throw unexpected("Expected SET or REMOVE") }
        try expect("WHERE")
        let condition = try condition()
        return UpdateStatement(table: table, changes: changes, condition: condition, returning: try returning())
    }

    private mutating func setChange() throws(StatementError) -> StatementChange {
        let path = try path()
        try expectSign("=")
        switch try operand() {
        case .function("set_add", let arguments) where arguments.count == 2: return .addToSet(path, arguments[1])
        case .function("set_delete", let arguments) where arguments.count == 2:
            return .deleteFromSet(path, arguments[1])
        case let operand: return .set(path, operand)
        }
    }

    private mutating func delete() throws(StatementError) -> Statement {
        try expect("FROM")
        let table = try name()
        try expect("WHERE")
        let condition = try condition()
        let returning = try returning()
        guard returning == nil || returning == "ALL_OLD" else {
            throw StatementError("DELETE can return ALL OLD * only")
        }
        return .delete(table: table, condition: condition, returning: returning)
    }

    /// `RETURNING (ALL | MODIFIED) (OLD | NEW) *`.
    private mutating func returning() throws(StatementError) -> String? {
        guard take("RETURNING") else { return nil }
        let isWhole = take("ALL")
        if !isWhole { try expect("MODIFIED") }
        let isOld = take("OLD")
        if !isOld { try expect("NEW") }
        try expectSign("*")
        return (isWhole ? "ALL_" : "UPDATED_") + (isOld ? "OLD" : "NEW")
    }
}
