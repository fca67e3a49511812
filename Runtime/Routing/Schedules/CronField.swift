/// What a field of a cron expression may hold.
struct CronField: Sendable {
    let range: ClosedRange<Int64>
    /// Names of the values from the lower bound on.
    var names: [String] = []

    static let minutes = CronField(range: 0...59)
    static let hours = CronField(range: 0...23)
    static let daysOfMonth = CronField(range: 1...31)
    static let months = CronField(
        range: 1...12,
        names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])
    /// 1 is Sunday.
    static let daysOfWeek = CronField(range: 1...7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])
    static let years = CronField(range: CronExpression.firstYear...CronExpression.lastYear)

    /// The values as bits, for a range below 64.
    func mask(_ text: Substring) -> UInt64? { values(text)?.reduce(0) { $0 | 1 << UInt64($1) } }

    /// The values of a list of `*`, `a`, `a-b`, each with or without `/step`; nil if it is no such list.
    func values(_ text: Substring) -> Set<Int64>? {
        var values: Set<Int64> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let span = span(parts[0]) else { return nil }
            guard parts.count == 2 else {
                values.formUnion(span)
                continue
            }
            guard let step = number(parts[1]), step > 0 else { return nil }
            // A single value with a step runs to the end of the field.
            let end = parts[0].contains("-") ? span.upperBound : range.upperBound
            values.formUnion(stride(from: span.lowerBound, through: end, by: Int(step)))
        }
        return values
    }

    private func span(_ text: Substring) -> ClosedRange<Int64>? {
        if text == "*" { return range }
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count <= 2, let first = value(bounds[0]), let last = value(bounds[bounds.count - 1]), first <= last
        else { return nil }
        return first...last
    }

    /// A number of the field, or a name of it in either case.
    func value(_ text: Substring) -> Int64? {
        if let index = names.firstIndex(of: text.uppercased()) { return range.lowerBound + Int64(index) }
        guard let number = number(text), range.contains(number) else { return nil }
        return number
    }

    private func number(_ text: Substring) -> Int64? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        return Int64(text)
    }
}
