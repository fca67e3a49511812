package import Machine

extension Environment {
    /// A variable that counts something.
    ///
    /// - Throws: `EnvironmentError` if it is not set, ``NotACount`` unless it is a whole number of 1 or more: the
    ///   function can't start.
    package static func requiredCount(_ name: String) throws -> Int {
        guard let count = Int(try requiredText(name)), count >= 1 else { throw NotACount(name: name) }
        return count
    }
}

package struct NotACount: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package var description: String { "the environment variable \(name) is no whole number of 1 or more" }
}
