extension Duration {
    private static let units: [(suffix: String, duration: Duration)] = [
        ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3_600)),
        ("d", .seconds(86_400)),
    ]

    /// Whole numbers with units, the larger ones first: `45m`, `1h30m`, `2d`, `250ms`.
    package init?(units text: String) {
        var rest = text[...]
        var sum = Duration.zero
        var lastUnit = Self.units.count
        guard !text.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let suffix = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(suffix.count)
            guard let count = Int32(digits), let unit = Self.units.firstIndex(where: { $0.suffix == suffix }),
                unit < lastUnit
            else { return nil }
            lastUnit = unit
            sum += Self.units[unit].duration * Int(count)
        }
        self = sum
    }
}
