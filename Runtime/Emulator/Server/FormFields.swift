import Routing

/// Names and values of a query or a form, decoded; of a name that comes twice the last value.
struct FormFields {
    let values: [String: String]

    /// - Parameter text: `application/x-www-form-urlencoded`.
    init(_ text: String) {
        values = Dictionary(PercentEncoding.pairs(ofQuery: text).map { ($0.name, $0.value) }) { _, last in last }
    }

    subscript(_ name: String) -> String? { values[name] }
}
