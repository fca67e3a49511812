/// One range of bytes, as `Range: bytes=…` asks for it.
///
/// - Note: Source: RFC 9110, section 14.1.2.
package enum ByteRange: Hashable, Sendable {
    /// `first-` or `first-last`, both counted.
    case from(Int, through: Int?)
    /// `-count`
    case suffix(Int)

    /// nil for another unit, several ranges, or no range at all: the header is then passed over, as S3 does.
    package init?(_ header: String) {
        guard header.hasPrefix("bytes=") else { return nil }
        let parts = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !header.contains(",") else { return nil }
        if parts[0].isEmpty {
            guard let count = Int(parts[1]), count >= 0 else { return nil }
            self = .suffix(count)
            return
        }
        guard let first = Int(parts[0]), first >= 0 else { return nil }
        guard !parts[1].isEmpty else {
            self = .from(first, through: nil)
            return
        }
        guard let last = Int(parts[1]), last >= first else { return nil }
        self = .from(first, through: last)
    }

    /// Of a content; nil if it has none of them.
    package func resolved(size: Int) -> Range<Int>? {
        switch self {
        case .from(let first, let last):
            guard first < size else { return nil }
            return first..<min(last ?? size - 1, size - 1) + 1
        case .suffix(let count):
            guard count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
    }
}
