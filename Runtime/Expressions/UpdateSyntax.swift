/// A parsed update expression; paths and values are slots of the expression they belong to.
struct UpdateNode: Sendable {
    var actions: [UpdateAction]
    /// The section that was there twice.
    var repeatedSection: String?
}

enum UpdateAction: Sendable {
    case set(Int, UpdateOperand)
    case remove(Int)
    case add(Int, value: Int)
    case delete(Int, value: Int)

    var path: Int {
        switch self {
        case .set(let path, _), .remove(let path), .add(let path, _), .delete(let path, _): path
        }
    }
}

indirect enum UpdateOperand: Sendable {
    case path(Int)
    case value(Int)
    case function(UpdateFunction, [UpdateOperand])
    case plus(UpdateOperand, UpdateOperand)
    case minus(UpdateOperand, UpdateOperand)

    var value: Int? { if case .value(let slot) = self { slot } else { nil } }
}

enum UpdateFunction: String, Sendable {
    case ifNotExists = "if_not_exists"
    case listAppend = "list_append"
}
