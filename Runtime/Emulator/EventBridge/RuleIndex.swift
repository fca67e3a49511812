import Routing

/// The rules of a bus by what they ask of an event first, so that an event is shown to few of them.
struct RuleIndex {
    private var byDetailType: [String: [EventRule]] = [:]
    private var bySource: [String: [EventRule]] = [:]
    private var others: [EventRule] = []

    /// - Parameter rules: those without a pattern, and those that are switched off, are left out.
    init(_ rules: some Sequence<EventRule>) {
        for rule in rules where rule.settings.isEnabled {
            guard let pattern = rule.pattern else { continue }
            if let texts = pattern.textsRequired(of: "detail-type") {
                for text in texts { byDetailType[text, default: []].append(rule) }
            } else if let texts = pattern.textsRequired(of: "source") {
                for text in texts { bySource[text, default: []].append(rule) }
            } else {
                others.append(rule)
            }
        }
    }

    /// The rules that match, in the order of their names.
    func rules(matching event: BusEvent) -> [EventRule] {
        let candidates = (byDetailType[event.detailType] ?? []) + (bySource[event.source] ?? []) + others
        return candidates.filter { $0.pattern?.matches(event.json) ?? false }.sorted { $0.name < $1.name }
    }
}
