/// A page of a list of keys: those that begin with a prefix, where those that go on with the delimiter further behind
/// are put together in one entry.
///
/// - Note: Source: Amazon S3 User Guide, "Organizing objects using prefixes"; Amazon S3 API Reference, ListObjectsV2.
package struct KeyPage {
    package enum Entry: Hashable {
        case key(ObjectKey)
        case commonPrefix(String)

        /// What comes after this entry begins after this text; of a common prefix all that have it are passed.
        package var text: String {
            switch self {
            case .key(let key): key.text
            case .commonPrefix(let prefix): prefix
            }
        }
    }

    package private(set) var entries: [Entry] = []
    package private(set) var isTruncated = false

    package var commonPrefixes: [String] {
        entries.compactMap { if case .commonPrefix(let prefix) = $0 { prefix } else { nil } }
    }

    /// - Parameters:
    ///   - after: a key or a common prefix; what comes up to it is left out.
    ///   - isShown: whether a key counts at all.
    package init(
        of keys: SortedKeys, prefix: String, delimiter: String?, after: String?, countMax: Int,
        where isShown: (ObjectKey) -> Bool
    ) {
        var index = keys.firstIndex(notBefore: ObjectKey(prefix))
        if let after {
            index = max(index, keys.firstIndex(after: ObjectKey(after)))
            // A page may end in a common prefix.
            if let delimiter, Self.commonPrefix(ObjectKey(after), prefix, delimiter) == after {
                index = max(index, keys.firstIndex(afterPrefix: after))
            }
        }
        while index < keys.keys.count, keys.keys[index].hasPrefix(prefix) {
            let key = keys.keys[index]
            guard isShown(key) else {
                index += 1
                continue
            }
            guard entries.count < countMax else {
                isTruncated = countMax > 0
                return
            }
            if let delimiter, let common = Self.commonPrefix(key, prefix, delimiter) {
                entries.append(.commonPrefix(common))
                index = keys.firstIndex(afterPrefix: common)
            } else {
                entries.append(.key(key))
                index += 1
            }
        }
    }

    /// The key up to and with the first delimiter after the prefix; nil if there is none.
    private static func commonPrefix(_ key: ObjectKey, _ prefix: String, _ delimiter: String) -> String? {
        let (bytes, mark) = (Array(key.text.utf8), Array(delimiter.utf8))
        guard !mark.isEmpty, key.hasPrefix(prefix) else { return nil }
        var index = prefix.utf8.count
        while index + mark.count <= bytes.count {
            if bytes[index..<index + mark.count].elementsEqual(mark) {
                return String(decoding: bytes[..<(index + mark.count)], as: UTF8.self)
            }
            index += 1
        }
        return nil
    }
}
