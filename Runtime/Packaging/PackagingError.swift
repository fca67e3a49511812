/// Why no package was made, in a sentence for whoever asked for it.
package struct PackagingError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    static let truncated = PackagingError("the executable is damaged: what it refers to is not there")
}
