extension EventPattern {
    /// The texts of which a field at the top of an event must hold one for the pattern to match; nil if others may do.
    ///
    /// With it, patterns can be found by what an event holds, instead of each one being asked.
    package func textsRequired(of field: String) -> Set<String>? {
        var texts: Set<String> = []
        for alternative in alternatives {
            guard let node = alternative.root.children.first(where: { $0.name == field }), !node.tests.isEmpty else {
                return nil
            }
            for test in node.tests {
                guard case .string(let bytes) = test else { return nil }
                texts.insert(String(decoding: bytes, as: UTF8.self))
            }
        }
        return texts
    }
}
