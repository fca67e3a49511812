/// An object's name, compared by its UTF-8 bytes: Swift's own comparison would take two spellings of `é` for one name,
/// and sort otherwise than S3.
package struct ObjectKey: Hashable, Comparable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (one: ObjectKey, other: ObjectKey) -> Bool {
        one.text.utf8.count == other.text.utf8.count && one.text.utf8.elementsEqual(other.text.utf8)
    }

    package static func < (one: ObjectKey, other: ObjectKey) -> Bool {
        one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    package func hasPrefix(_ prefix: String) -> Bool { text.utf8.starts(with: prefix.utf8) }
}

/// The keys of a bucket, in order.
package struct SortedKeys: Sendable {
    package private(set) var keys: [ObjectKey] = []

    package init() {}

    package mutating func insert(_ key: ObjectKey) {
        // Most are made, and all are loaded, in order.
        if keys.last.map({ $0 < key }) ?? true { return keys.append(key) }
        let index = firstIndex(notBefore: key)
        if keys[index] != key { keys.insert(key, at: index) }
    }

    package mutating func remove(_ key: ObjectKey) {
        let index = firstIndex(notBefore: key)
        if index < keys.count, keys[index] == key { keys.remove(at: index) }
    }

    package func firstIndex(notBefore key: ObjectKey) -> Int { firstIndex { !($0 < key) } }
    package func firstIndex(after key: ObjectKey) -> Int { firstIndex { key < $0 } }

    /// The first key that neither has the prefix nor comes before those that have it.
    package func firstIndex(afterPrefix prefix: String) -> Int {
        firstIndex { !$0.hasPrefix(prefix) && ObjectKey(prefix) < $0 }
    }

    /// - Parameter isFound: false for the keys up to some point and true for those after it.
    private func firstIndex(_ isFound: (ObjectKey) -> Bool) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if isFound(keys[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
