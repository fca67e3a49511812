/// Where and why a text is not JSON.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// 1 for the first; a line ends with a line feed.
    package let line: Int
    /// 1 for the first, counted in Unicode scalars.
    package let column: Int
    /// In bytes, 0 for the first.
    package let offset: Int
    package let reason: String

    package var description: String { "line \(line), column \(column): \(reason)" }

    init(_ fault: JSONFault, in bytes: UnsafeBufferPointer<UInt8>) {
        var (line, column) = (1, 1)
        for byte in bytes.prefix(fault.offset) {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
        offset = fault.offset
        reason = fault.reason
    }
}

/// An error before its line is counted.
struct JSONFault: Error {
    let offset: Int
    let reason: String
}
