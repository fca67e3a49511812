/// The offsets of a zone: a table up to some instant, then a rule for ever. All times are seconds, offsets those to add
/// to UTC.
struct ZoneHistory: Sendable {
    /// Bound of the offsets that a file may hold: RFC 9636, section 3.2, allows no more than a little over a day.
    static let offsetSecondsMax: Int64 = 26 * 3_600

    /// In force before the first change.
    private let initialOffset: Int64
    /// When the offset changes, ascending.
    private let changes: [Int64]
    /// The offset from each change on.
    private let changedOffsets: [Int64]
    /// In force from the last change on; nil if the last offset stays.
    private let rule: RecurringRule?

    init(offset: Int64) { self.init(initialOffset: offset, changes: [], changedOffsets: [], rule: nil) }

    init(initialOffset: Int64, changes: [Int64], changedOffsets: [Int64], rule: RecurringRule?) {
        self.initialOffset = initialOffset
        self.changes = changes
        self.changedOffsets = changedOffsets
        self.rule = rule
    }

    func offset(at instant: Int64) -> Int64 {
        let index = indexOfChange(after: instant)
        if index == changes.count, let rule { return rule.offset(at: instant) }
        return index == 0 ? initialOffset : changedOffsets[index - 1]
    }

    /// The distinct offsets in force at any time from `start` through `end`.
    func offsets(from start: Int64, through end: Int64) -> Set<Int64> {
        var offsets: Set = [offset(at: start), offset(at: end)]
        var index = indexOfChange(after: start)
        while index < changes.count, changes[index] <= end {
            offsets.insert(changedOffsets[index])
            index += 1
        }
        if index == changes.count, let rule {
            // A rule changes twice a year, and never to a third offset.
            for change in rule.changes(around: end) where start < change.instant && change.instant <= end {
                if changes.last.map({ $0 < change.instant }) ?? true { offsets.insert(change.offset) }
            }
        }
        return offsets
    }

    /// The first change that comes after `instant`, by bisection.
    private func indexOfChange(after instant: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= instant { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
