import Glibc

/// The process's environment variables.
package enum Environment {
    /// The variable's value; an empty one is as good as none.
    package static func text(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    package static func requiredText(_ name: String) throws(EnvironmentError) -> String {
        guard let value = text(name) else { throw EnvironmentError(name: name) }
        return value
    }
}

/// A variable that is needed and not set. The text is for operators.
package struct EnvironmentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package var description: String { "the environment variable \(name) is not set" }
}
