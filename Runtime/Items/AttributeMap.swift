import JSON

/// Attribute names and their values: what an item or a map holds.
///
/// Names are told apart by their UTF-8 bytes, as DynamoDB does: `é` as one code point and as two are two names. They
/// lie in the order of those bytes, which is also the order in which items are stored and written.
package struct AttributeMap: Sendable {
    package struct Entry: Hashable, Sendable {
        package var name: AttributeName
        package var value: AttributeValue

        package init(_ name: String, _ value: AttributeValue) {
            self.name = AttributeName(name)
            self.value = value
        }
    }

    /// Up to this many, looking at each in turn is quicker than halving.
    private static let scannedEntriesMax = 16

    /// In the order of the names' bytes, each name once.
    package private(set) var entries: [Entry]

    package init() { entries = [] }

    /// - Parameter entries: in any order; of equal names the last counts.
    package init(_ entries: [Entry]) {
        self.entries = entries
        guard entries.count > 1 else { return }
        if entries.count <= Self.scannedEntriesMax { insertInOrder() } else { sort() }
    }

    /// - Parameter entries: in the order of the names' bytes, each name once.
    package init(ascending entries: [Entry]) { self.entries = entries }

    /// In place, for few.
    private mutating func insertInOrder() {
        var isDistinct = true
        for index in 1..<entries.count {
            var place = index
            while place > 0, entries[place].name < entries[place - 1].name {
                entries.swapAt(place, place - 1)
                place -= 1
            }
            if place > 0, entries[place - 1].name == entries[place].name { isDistinct = false }
        }
        if !isDistinct { sort() }
    }

    /// Of equal names the last counts.
    package init(_ members: some Sequence<(key: String, value: AttributeValue)>) {
        self.init(members.map { Entry($0.key, $0.value) })
    }

    private mutating func sort() {
        // Sorting keeps equal names in order.
        let sorted = entries.sorted { $0.name < $1.name }
        entries.removeAll(keepingCapacity: true)
        for entry in sorted {
            if entries.last?.name == entry.name { entries.removeLast() }
            entries.append(entry)
        }
    }

    package subscript(_ name: String) -> AttributeValue? {
        get { position(of: AttributeName(name)).map { entries[$0].value } }
        set {
            switch (position(of: AttributeName(name)), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (let position?, nil): entries.remove(at: position)
            case (nil, let value?): entries.insert(Entry(name, value), at: place(for: AttributeName(name)))
            case (nil, nil): return
            }
        }
    }

    @discardableResult package mutating func removeValue(forKey name: String) -> AttributeValue? {
        position(of: AttributeName(name)).map { entries.remove(at: $0).value }
    }

    package var keys: [String] { entries.map(\.name.text) }
    package var values: [AttributeValue] { entries.map(\.value) }

    package func compactMapValues<Value>(_ transform: (AttributeValue) -> Value?) -> [String: Value] {
        var values: [String: Value] = [:]
        for entry in entries { values[entry.name.text] = transform(entry.value) }
        return values
    }

    private func position(of name: AttributeName) -> Int? {
        if entries.count <= Self.scannedEntriesMax { return entries.firstIndex { $0.name == name } }
        let place = place(for: name)
        return place < entries.count && entries[place].name == name ? place : nil
    }

    /// Before the first name that is not less.
    private func place(for name: AttributeName) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension AttributeMap: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(position: Int) -> (key: String, value: AttributeValue) {
        (entries[position].name.text, entries[position].value)
    }
}

extension AttributeMap: Hashable {}

extension AttributeMap: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, AttributeValue)...) {
        self.init(elements.map { Entry($0.0, $0.1) })
    }
}

/// The name of an attribute, told from others by its UTF-8 bytes.
package struct AttributeName: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: AttributeName, b: AttributeName) -> Bool { a.text.hasSameBytes(as: b.text) }

    package static func < (a: AttributeName, b: AttributeName) -> Bool {
        // Of ASCII the order of texts is that of bytes, and quicker.
        a.text.utf8Span.isKnownASCII && b.text.utf8Span.isKnownASCII
            ? a.text < b.text : a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }

    // Equal bytes hash equally, which is all that is asked of a hash.
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
