package import Items

extension AttributeValue {
    /// What `+` and `-` give.
    func sum(with other: AttributeValue, negated: Bool) throws(ExpressionError) -> AttributeValue {
        guard case .number(let left) = self, case .number(let right) = other else {
            throw UpdateExpression.typeInvalid
        }
        do throws(ItemNumberError) {
            return .number(try negated ? left.subtracting(right) : left.adding(right))
        } catch {
            // DynamoDB calls a result that needs more digits an overflow too.
            throw ExpressionError((error == .tooManyDigits ? .overflow : error).updateMessage)
        }
    }

    /// What ADD makes of a value that is there: a sum, or a union of sets of one type.
    package func adding(_ other: AttributeValue) throws(ExpressionError) -> AttributeValue {
        switch (self, other) {
        case (.number, .number): try sum(with: other, negated: false)
        case (.stringSet(let old), .stringSet(let new)): .stringSet(old + new.without(old))
        case (.numberSet(let old), .numberSet(let new)): .numberSet(old + new.filter { !Set(old).contains($0) })
        case (.binarySet(let old), .binarySet(let new)): .binarySet(old + new.filter { !Set(old).contains($0) })
        default: throw UpdateExpression.typeInvalid
        }
    }

    /// What DELETE leaves of a set; nil if nothing is left, as there are no empty sets.
    package func subtracting(_ other: AttributeValue) throws(ExpressionError) -> AttributeValue? {
        switch (self, other) {
        case (.stringSet(let old), .stringSet(let taken)):
            let rest = old.without(taken)
            return rest.isEmpty ? nil : .stringSet(rest)
        case (.numberSet(let old), .numberSet(let taken)):
            let rest = old.filter { !Set(taken).contains($0) }
            return rest.isEmpty ? nil : .numberSet(rest)
        case (.binarySet(let old), .binarySet(let taken)):
            let rest = old.filter { !Set(taken).contains($0) }
            return rest.isEmpty ? nil : .binarySet(rest)
        default: throw UpdateExpression.typeInvalid
        }
    }
}

extension [String] {
    /// Compared by their bytes.
    fileprivate func without(_ others: [String]) -> [String] {
        let taken = Set(others.map(\.bytes))
        return filter { !taken.contains($0.bytes) }
    }
}

extension ItemNumberError {
    /// DynamoDB's words for a result that is no number.
    package var updateMessage: String {
        switch self {
        case .overflow: "Number overflow. Attempting to store a number with magnitude larger than supported range"
        case .underflow: "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        case .tooManyDigits: "Attempting to store more than 38 significant digits in a Number"
        case .malformed: "The parameter cannot be converted to a numeric value"
        }
    }
}
