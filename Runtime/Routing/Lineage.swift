/// How often the functions of a chain have been invoked, as it rides in the tracing header:
/// `Lineage=a87bd80c:1|68fd508a:5`.
///
/// - Note: Source: AWS Lambda Developer Guide, "Use Lambda recursive loop detection to prevent infinite loops": an
///   event that would invoke one function about sixteen times in a chain is stopped. The header's form is observed, not
///   documented.
package enum Lineage {
    /// Invocations of one function in a chain.
    package static let invocationsMax = 16
    /// Functions that are counted in one chain.
    static let functionsMax = 32

    /// The header as the function gets it.
    ///
    /// - Returns: nil if the chain ends here.
    package static func entering(_ functionARN: String, with header: String) -> String? {
        let key = key(of: functionARN)
        var parts = header.split(separator: ";").map(String.init)
        let index = parts.firstIndex { $0.hasPrefix(prefix) }
        var counts = index.map { Self.counts(parts[$0]) } ?? []
        if let known = counts.firstIndex(where: { $0.key == key }) {
            counts[known].count += 1
            guard counts[known].count <= invocationsMax else { return nil }
        } else {
            counts.append((key, 1))
        }
        let lineage = prefix + counts.suffix(functionsMax).map { "\($0.key):\($0.count)" }.joined(separator: "|")
        if let index { parts[index] = lineage } else { parts.append(lineage) }
        return parts.joined(separator: ";")
    }

    private static let prefix = "Lineage="

    private static func counts(_ part: String) -> [(key: String, count: Int)] {
        part.dropFirst(prefix.count).split(separator: "|").compactMap { entry in
            let pair = entry.split(separator: ":")
            guard pair.count == 2, let count = Int(pair[1]), count >= 0 else { return nil }
            return (String(pair[0]), min(count, invocationsMax))
        }
    }

    /// Eight hexadecimal digits (FNV-1a, 32 bits).
    private static func key(of functionARN: String) -> String {
        let hash = functionARN.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
