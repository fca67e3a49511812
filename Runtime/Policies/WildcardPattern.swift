/// A text with `*` for any characters and `?` for one, as policies write actions and resources.
///
/// - Note: Source: AWS IAM User Guide, "IAM JSON policy elements: Action" and "Resource".
package struct WildcardPattern: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    private let bytes: [UInt8]
    private let ignoresCase: Bool

    package init(_ text: String, ignoresCase: Bool = false) {
        description = text
        self.ignoresCase = ignoresCase
        bytes = Array((ignoresCase ? text.lowercased() : text).utf8)
    }

    /// Linear in both lengths for each `*`.
    package func matches(_ text: String) -> Bool {
        let text = Array((ignoresCase ? text.lowercased() : text).utf8)
        var (pattern, position) = (0, 0)
        // Where to go on when what follows the latest star does not fit.
        var retry: (pattern: Int, position: Int)?
        while position < text.count {
            if pattern < bytes.count, bytes[pattern] == UInt8(ascii: "*") {
                retry = (pattern + 1, position)
                pattern += 1
            } else if pattern < bytes.count, bytes[pattern] == UInt8(ascii: "?") || bytes[pattern] == text[position] {
                pattern += 1
                position += 1
            } else if let again = retry {
                pattern = again.pattern
                position = again.position + 1
                retry = (again.pattern, position)
            } else {
                return false
            }
        }
        return bytes[pattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
