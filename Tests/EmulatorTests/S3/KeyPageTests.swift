import Emulator
import Testing

struct KeyPageTests {
    private static func keys(_ texts: [String]) -> SortedKeys {
        var keys = SortedKeys()
        for text in texts { keys.insert(ObjectKey(text)) }
        return keys
    }

    @Test func `keys are sorted by their bytes and there once`() {
        var keys = Self.keys(["b", "a", "\u{FFFF}", "🦄", "é", "e\u{301}", "a", "Z", ""])
        #expect(
            keys.keys.map(\.text).map { Array($0.utf8) }
                == ["", "Z", "a", "b", "e\u{301}", "é", "\u{FFFF}", "🦄"].map { Array($0.utf8) })
        keys.remove(ObjectKey("é"))
        keys.remove(ObjectKey("none"))
        #expect(keys.keys.count == 7)
        #expect(keys.keys.contains(ObjectKey("e\u{301}")))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var prefix = ""
        var delimiter: String?
        var after: String?
        var countMax = 1_000
        var expected: [String]
        var isTruncated = false
        var testDescription: String { "\(prefix)|\(delimiter ?? "-")|\(after ?? "-")|\(countMax)" }
    }
    static let all = ["a", "b/", "b/1", "b/2/x", "b/2/y", "b0", "c//d", "d-e-f", "hidden", "z"]
    static let rows = [
        Row(expected: ["a", "b/", "b/1", "b/2/x", "b/2/y", "b0", "c//d", "d-e-f", "z"]),
        Row(prefix: "b/", expected: ["b/", "b/1", "b/2/x", "b/2/y"]),
        Row(delimiter: "/", expected: ["a", "b/ …", "b0", "c/ …", "d-e-f", "z"]),
        Row(prefix: "b/", delimiter: "/", expected: ["b/", "b/1", "b/2/ …"]),
        Row(prefix: "b", delimiter: "/", expected: ["b/ …", "b0"]),
        Row(prefix: "c/", delimiter: "/", expected: ["c// …"]),
        Row(delimiter: "-e", expected: ["a", "b/", "b/1", "b/2/x", "b/2/y", "b0", "c//d", "d-e …", "z"]),
        Row(delimiter: "/", countMax: 2, expected: ["a", "b/ …"], isTruncated: true),
        // The pages after that one.
        Row(delimiter: "/", after: "b/", countMax: 2, expected: ["b0", "c/ …"], isTruncated: true),
        Row(delimiter: "/", after: "c/", countMax: 2, expected: ["d-e-f", "z"]),
        Row(after: "b/", countMax: 1, expected: ["b/1"], isTruncated: true),
        Row(after: "b/15", countMax: 2, expected: ["b/2/x", "b/2/y"], isTruncated: true),
        // After a key within a common prefix the rest of it comes again.
        Row(delimiter: "/", after: "b/1", countMax: 1, expected: ["b/ …"], isTruncated: true),
        Row(after: "z", expected: []),
        Row(prefix: "d", after: "a", expected: ["d-e-f"]),
        Row(prefix: "none", delimiter: "/", expected: []),
        Row(countMax: 0, expected: []),
        // Hidden keys are no reason for another page.
        Row(after: "c//d", countMax: 2, expected: ["d-e-f", "z"]),
    ]

    @Test(arguments: rows) func `lists a page`(row: Row) {
        let page = KeyPage(
            of: Self.keys(Self.all), prefix: row.prefix, delimiter: row.delimiter, after: row.after,
            countMax: row.countMax
        ) { $0 != ObjectKey("hidden") }
        let seen = page.entries.map { entry in
            switch entry {
            case .key(let key): key.text
            case .commonPrefix(let prefix): "\(prefix) …"
            }
        }
        #expect(seen == row.expected)
        #expect(page.isTruncated == row.isTruncated)
    }

    /// Pages of any size make the whole list, with and without a delimiter.
    @Test(arguments: [nil, "/", "-"]) func `pages make the whole`(delimiter: String?) {
        let keys = Self.keys(Self.all)
        let whole = KeyPage(of: keys, prefix: "", delimiter: delimiter, after: nil, countMax: 1_000) { _ in true }
        for size in 1...4 {
            var entries: [KeyPage.Entry] = []
            var after: String?
            for _ in 0..<20 {
                let page = KeyPage(of: keys, prefix: "", delimiter: delimiter, after: after, countMax: size) { _ in true
                }
                entries += page.entries
                guard page.isTruncated else { break }
                after = page.entries.last?.text
            }
            #expect(entries == whole.entries)
        }
    }
}
