import Glibc

/// The name that someone who wrote one that does not exist probably meant.
enum ZoneSuggestion {
    /// The database has some 600 names in three levels.
    private static let namesMax = 4_096
    private static let levelsMax = 3
    /// Letters that may be wrong.
    private static let distanceMax = 2

    /// A name that differs in case or in spaces for underscores; else one whose city it is; else the nearest.
    static func nearest(to name: String, in directory: String) -> String? {
        guard name.utf8.count <= TimeZone.nameBytesMax else { return nil }
        let names = names(in: directory)
        let wanted = folded(name)
        if let same = names.first(where: { folded($0).elementsEqual(wanted) }) { return same }
        if let city = names.first(where: {
            folded($0).split(separator: UInt8(ascii: "/")).last.map(Array.init) == wanted
        }) {
            return city
        }
        return names.map { ($0, distance(folded($0), wanted)) }.filter { $0.1 <= distanceMax }.min { $0.1 < $1.1 }?.0
    }

    /// All names of a database, sorted.
    static func names(in directory: String) -> [String] {
        var names: [String] = []
        collect(in: directory, prefix: "", level: 1, into: &names)
        return names.sorted()
    }

    private static func folded(_ name: String) -> [UInt8] { name.lowercased().utf8.map { $0 == 0x20 ? 0x5F : $0 } }

    private static func collect(in directory: String, prefix: String, level: Int, into names: inout [String]) {
        guard level <= levelsMax, let listing = opendir(directory) else { return }
        defer { closedir(listing) }
        while names.count < namesMax, let entry = readdir(listing) {
            let kind = Int32(entry.pointee.d_type)
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard TimeZone.isZoneName(prefix + name) else { continue }
            if kind == Int32(DT_DIR) {
                collect(in: directory + "/" + name, prefix: prefix + name + "/", level: level + 1, into: &names)
            } else {
                names.append(prefix + name)
            }
        }
    }

    /// Letters to add, remove or replace (Levenshtein), row by row.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
