/// A place in a text file.
package struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// As the caller named it.
    package var file: String
    /// 1 for the first.
    package var line: Int
    /// 1 for the first, counted in Unicode scalars.
    package var column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// Why a template can't be used: one sentence with the remedy.
package struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nil if the error lies outside the file: it can't be read, a parameter given on the command line is wrong.
    package let position: SourcePosition?
    package let message: String

    package init(_ message: String, at position: SourcePosition?) {
        self.message = message
        self.position = position
    }

    /// `template.yaml:12:5: message`.
    package var description: String { position.map { "\($0): \(message)" } ?? message }
}

/// The name among `names` that `name` is most likely meant to be, as `; did you mean X?`; empty if none is near.
func suggestion(for name: String, among names: some Sequence<String>) -> String {
    let ranked = names.map {
        (distance: editDistance(Array(name.lowercased().utf8), Array($0.lowercased().utf8)), name: $0)
    }
    // With more than a third of the letters changed it is another word.
    guard let nearest = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }),
        nearest.distance < name.utf8.count,
        nearest.distance <= (max(name.utf8.count, nearest.name.utf8.count) + 2) / 3
    else { return "" }
    return "; did you mean \(nearest.name)?"
}

/// Letters to insert, remove or replace to get from one to the other (Levenshtein).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let replaced = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
