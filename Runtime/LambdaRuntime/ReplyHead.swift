/// The status line and header lines of a reply.
struct ReplyHead {
    let status: Int
    let headers: HeaderFields
    /// HTTP/1.1 keeps a connection unless told otherwise, HTTP/1.0 does not.
    let keepsAlive: Bool

    /// The length of the head at the front of `bytes`, its empty line included; nil if that has not come yet.
    ///
    /// - Parameter start: where the empty line may begin; what is before was looked at already.
    static func length(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") {
                if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\n") { return index + 2 }
                if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "\r"),
                    bytes[index + 2] == UInt8(ascii: "\n")
                {
                    return index + 3
                }
            }
            index += 1
        }
        return nil
    }

    /// - Parameter bytes: a whole head, its empty line included.
    init(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        guard bytes.count > 12, bytes.starts(with: "HTTP/1.".utf8), bytes[8] == UInt8(ascii: " "),
            let status = Int(String(decoding: bytes[9..<12], as: UTF8.self)), status >= 100,
            let lineEnd = bytes.firstIndex(of: UInt8(ascii: "\n"))
        else { throw .malformed("status line") }
        // The empty line is CR LF or LF.
        var linesEnd = bytes.count - 1
        if bytes[linesEnd - 1] == UInt8(ascii: "\r") { linesEnd -= 1 }
        let lines = lineEnd + 1 <= linesEnd ? bytes[(lineEnd + 1)..<linesEnd] : bytes[linesEnd..<linesEnd]
        guard let headers = HeaderFields(lines: UnsafeRawBufferPointer(rebasing: lines)) else {
            throw .malformed("header line")
        }
        self.status = status
        self.headers = headers
        keepsAlive = bytes[7] != UInt8(ascii: "0")
    }
}
