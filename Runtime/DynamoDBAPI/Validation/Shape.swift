/// What a request, or a part of one, looks like on the wire.
indirect enum Shape: Sendable {
    case boolean
    case integer
    case long
    case string
    case attributeValue
    case list(Field)
    /// Of text to what the field says.
    case map(Field)
    /// The class is part of some messages.
    case structure(String, [Field])
}

/// A member of a structure, list or map, and what must hold of it.
struct Field: Sendable {
    var name: String
    var shape: Shape
    var rules: [Rule]

    init(_ name: String, _ shape: Shape, _ rules: Rule...) {
        self.name = name
        self.shape = shape
        self.rules = rules
    }

    /// An element of a list or map.
    static func member(_ shape: Shape, _ rules: Rule...) -> Field {
        var field = Field("member", shape)
        field.rules = rules
        return field
    }
}

/// A constraint that the framework in front of DynamoDB checks.
indirect enum Rule: Sendable {
    case required
    case lengthMin(Int)
    case lengthMax(Int)
    case valueMin(Int)
    case valueMax(Int)
    case oneOf([String])
    /// Letters, digits, `_`, `.` and `-`, as the names of tables and indexes are.
    case namePattern
    /// Holds for names only: the ARN of a table is taken wherever its name is, and looked at later.
    case unlessARN(Rule)
    /// Constraints on the keys of a map.
    case keys(String)
    /// Constraints on the lengths of the values of a map.
    case valueLengths(min: Int, max: Int)
}
