import Glibc

/// What the template sets for a function.
package enum FunctionEnvironment {
    /// - Throws: ``MissingVariable`` if it is not set or empty: the function can't start.
    package static func text(_ name: String) throws(MissingVariable) -> String {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else {
            throw MissingVariable(name: name, expected: "a text")
        }
        return value
    }

    /// - Throws: ``MissingVariable`` unless it is set to a whole number of 1 or more.
    package static func count(_ name: String) throws(MissingVariable) -> Int {
        guard let value = Int(try text(name)), value >= 1 else {
            throw MissingVariable(name: name, expected: "a whole number of 1 or more")
        }
        return value
    }
}

/// Names the variable and never its value, which may be secret.
package struct MissingVariable: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let expected: String

    package var description: String {
        "The environment variable \(name) must be \(expected). Set it under Environment in template.yaml."
    }
}
