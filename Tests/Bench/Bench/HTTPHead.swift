/// The little of an HTTP head that the load generator looks at.
enum HTTPHead {
    /// Bytes up to and with the empty line; nil while it has not come.
    static func length(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 3..<bytes.count where bytes[end] == 0x0A && bytes[end - 2] == 0x0A {
            if bytes[end - 1] == 0x0D, bytes[end - 3] == 0x0D { return end + 1 }
        }
        return nil
    }

    /// Where the head goes on behind `name`, which is in small letters and begins with a line feed.
    static func value(of name: StaticString, in head: UnsafeRawBufferPointer) -> Int? {
        let count = name.utf8CodeUnitCount
        var start = 0
        search: while start + count <= head.count {
            for index in 0..<count {
                // Letters differ from their capitals by this bit; of the others in a name none collides.
                let byte = index == 0 ? head[start] : head[start + index] | 0x20
                guard byte == name.utf8Start[index] || head[start + index] == name.utf8Start[index] else {
                    start += 1
                    continue search
                }
            }
            return start + count
        }
        return nil
    }

    static func number(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
        var value = 0
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            value = value * 10 + Int(bytes[position] - 0x30)
            position += 1
        }
        return value
    }
}
