import Routing

/// The parameters of a call in its query. A name may come more than once.
struct SchedulerQuery {
    private var values: [String: [String]] = [:]

    init(_ query: String) {
        for (name, value) in PercentEncoding.pairs(ofQuery: query) { values[name, default: []].append(value) }
    }

    subscript(_ name: String) -> String? { values[name]?.last }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// What is listed on one page: 1...100, or all that fits if it is not said.
    func pageSize() throws(ServiceFault) -> Int {
        guard let text = self["MaxResults"] else { return 100 }
        guard let size = Int(text), 1...100 ~= size else {
            throw .validation(
                "1 validation error detected: Value '\(text)' at 'maxResults' failed to satisfy constraint: Member must "
                    + "have value between 1 and 100")
        }
        return size
    }
}
