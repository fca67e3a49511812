/// How many items a table or index holds, and their size as DynamoDB counts it.
struct ItemCount: Hashable, Sendable {
    var items = 0
    var sizeBytes = 0
}

/// What a batch does to the counts of tables and indexes, by their ids.
struct CountChanges {
    /// Counts known anew, or (nil) no more. They come before the differences.
    private var replaced: [Int64: ItemCount?] = [:]
    private var differences: [Int64: ItemCount] = [:]

    mutating func replace(_ id: Int64, with count: ItemCount?) {
        replaced.updateValue(count, forKey: id)
        differences[id] = nil
    }

    /// An item or entry was written: its sizes before and after in bytes, nil for none.
    mutating func add(_ id: Int64, old: Int?, new: Int?) {
        var difference = differences[id] ?? ItemCount()
        difference.items += (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
        difference.sizeBytes += (new ?? 0) - (old ?? 0)
        differences[id] = difference
    }

    /// A count that is not known stays so.
    func apply(to counts: inout [Int64: ItemCount]) {
        for (id, count) in replaced { counts[id] = count }
        for (id, difference) in differences {
            counts[id]?.items += difference.items
            counts[id]?.sizeBytes += difference.sizeBytes
        }
    }
}
