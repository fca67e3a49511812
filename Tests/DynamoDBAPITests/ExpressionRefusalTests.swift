import Testing

/// What is said of expressions that can't be used, each in the operation that shows it best.
struct ExpressionRefusalTests {
    static func condition(_ name: String, _ expression: String, _ values: String? = nil, _ message: String)
        -> RefusalRow
    {
        let values = values.map { #", "ExpressionAttributeValues": \#($0)"# } ?? ""
        return RefusalRow(
            name, "DeleteItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "ConditionExpression": "\#(expression)"\#(values)}"#,
            message.isEmpty ? "" : "Invalid ConditionExpression: \(message)")
    }

    static func update(_ name: String, _ expression: String, _ values: String? = nil, _ message: String) -> RefusalRow {
        let values = values.map { #", "ExpressionAttributeValues": \#($0)"# } ?? ""
        return RefusalRow(
            name, "UpdateItem",
            #"{"TableName": "Things", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "\#(expression)"\#(values)}"#,
            "Invalid UpdateExpression: \(message)")
    }

    static let one = #"{":v": {"N": "1"}}"#

    static let conditions = [
        condition("empty", "", "The expression can not be empty;"),
        condition("operand alone", "a", #"Syntax error; token: "<EOF>", near: "a""#),
        condition("operator twice", "a = = b", #"Syntax error; token: "=", near: "= = b""#),
        condition("open parenthesis", "(a = b", #"Syntax error; token: "<EOF>", near: "b""#),
        condition("strange character", "a = %", #"Syntax error; token: "%", near: "= %""#),
        condition("redundant parentheses", "((a = b))", "The expression has redundant parentheses;"),
        condition("unknown function", "dog(a)", "Invalid function name; function: dog"),
        condition(
            "function of updates", "if_not_exists(a, b) = a",
            "The function is not allowed in a condition expression; function: if_not_exists"),
        condition(
            "list_append", "list_append(a, b) = a",
            "The function is not allowed in a condition expression; function: list_append"),
        condition(
            "condition as operand", "attribute_exists(a) = b",
            "The function is not allowed to be used this way in an expression; function: attribute_exists"),
        condition(
            "size alone", "size(a)", "The function is not allowed to be used this way in an expression; function: size"),
        condition("reserved word", "name = b", "Attribute name is a reserved keyword; reserved keyword: name"),
        condition(
            "reserved word in any case", "a = Status", "Attribute name is a reserved keyword; reserved keyword: Status"),
        condition(
            "undefined value", "a = :w",
            "An expression attribute value used in expression is not defined; attribute value: :w"),
        condition(
            "undefined name", "#x = b",
            "An expression attribute name used in the document path is not defined; attribute name: #x"),
        condition(
            "same operand twice", "a = a",
            "The first operand must be distinct from the remaining operands for this operator or function; operator: =, "
                + "first operand: [a]"),
        condition(
            "too few operands", "begins_with(a)",
            "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"
        ),
        condition(
            "too many operands", "attribute_exists(a, b)",
            "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"
        ),
        condition(
            "exists of a value", "attribute_exists(:v)", one,
            "Operator or function requires a document path; operator or function: attribute_exists"),
        condition(
            "order of a boolean", "a < :v", #"{":v": {"BOOL": true}}"#,
            "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"),
        condition(
            "order of a list", "a >= :v", #"{":v": {"L": []}}"#,
            "Incorrect operand type for operator or function; operator or function: >=, operand type: L"),
        condition(
            "begins with a number", "begins_with(a, :v)", one,
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"),
        condition(
            "size of a number", "size(:v) = a", one,
            "Incorrect operand type for operator or function; operator or function: size, operand type: N"),
        condition(
            "type that is none", "attribute_type(a, :v)", #"{":v": {"S": "X"}}"#,
            "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"),
        condition(
            "type by a number", "attribute_type(a, :v)", one,
            "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N"),
        condition(
            "bounds upside down", "a BETWEEN :v AND :w", #"{":v": {"N": "2"}, ":w": {"N": "1"}}"#,
            "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: "
                + "AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"),
        condition(
            "bounds of two types", "a BETWEEN :v AND :w", #"{":v": {"N": "2"}, ":w": {"S": "z"}}"#,
            "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
                + "AttributeValue: {N:2}, upper bound operand: AttributeValue: {S:z}"),
    ]

    static let updates = [
        update("empty", "", "The expression can not be empty;"),
        update("no section", "a = :v", one, #"Syntax error; token: "a", near: "a =""#),
        update("no path", "SET = :v", one, #"Syntax error; token: "=", near: "SET = :v""#),
        update(
            "section twice", "SET a = :v SET b = :v", one,
            #"The "SET" section can only be used once in an update expression;"#),
        update(
            "remove twice", "REMOVE a REMOVE b", #"The "REMOVE" section can only be used once in an update expression;"#
        ),
        update("unknown function", "SET a = dog(b)", "Invalid function name; function: dog"),
        update(
            "function of conditions", "SET a = contains(b, :v)", one,
            "The function is not allowed in an update expression; function: contains"),
        update("reserved word", "SET name = :v", one, "Attribute name is a reserved keyword; reserved keyword: name"),
        update(
            "undefined value", "SET a = :w",
            "An expression attribute value used in expression is not defined; attribute value: :w"),
        update(
            "undefined name", "SET #x = :v", one,
            "An expression attribute name used in the document path is not defined; attribute name: #x"),
        update(
            "same path twice", "SET a = :v, a = :v", one,
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"
        ),
        update(
            "path within another", "SET a.b = :v REMOVE a", one,
            "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]"
        ),
        update(
            "list and map at once", "SET a.b = :v, a[1] = :v", one,
            "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], "
                + "path two: [a, [1]]"),
        update(
            "add a string", "ADD a :v", #"{":v": {"S": "x"}}"#,
            "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"
        ),
        update(
            "delete a number", "DELETE a :v", one,
            "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, "
                + "typeSet: ALLOWED_FOR_DELETE_OPERAND"),
        update(
            "plus a string", "SET a = b + :v", #"{":v": {"S": "x"}}"#,
            "Incorrect operand type for operator or function; operator or function: +, operand type: S"),
        update(
            "append a number", "SET a = list_append(a, :v)", one,
            "Incorrect operand type for operator or function; operator or function: list_append, operand type: N"),
        update(
            "one operand too few", "SET a = list_append(a)",
            "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1"
        ),
        update(
            "if_not_exists of a value", "SET a = if_not_exists(:v, :v)", one,
            "Operator or function requires a document path; operator or function: if_not_exists"),
    ]

    @Test(arguments: conditions + updates) func `refuses`(row: RefusalRow) throws { try row.check() }
}

extension ExpressionRefusalTests {
    static func condition(_ name: String, _ expression: String, _ message: String) -> RefusalRow {
        condition(name, expression, nil, message)
    }

    static func update(_ name: String, _ expression: String, _ message: String) -> RefusalRow {
        update(name, expression, nil, message)
    }
}
