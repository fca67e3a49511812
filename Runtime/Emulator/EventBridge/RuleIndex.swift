import Routing

/// The rules of a bus by what they ask of an event first, so that an event is shown to few of them.
struct RuleIndex {
    /// What an event must hold; nil for anything.
    private struct Key: Hashable {
        var source: String?
        var detailType: String?
    }

    private var rules: [Key: [EventRule]] = [:]
    /// A rule of more sources and types than that is found by its types alone.
    private static let keysMax = 64

    /// - Parameter rules: those without a pattern, and those that are switched off, are left out.
    init(_ rules: some Sequence<EventRule>) {
        for rule in rules where rule.settings.isEnabled {
            guard let pattern = rule.pattern else { continue }
            var sources = Self.choices(pattern.textsRequired(of: "source"))
            let detailTypes = Self.choices(pattern.textsRequired(of: "detail-type"))
            if sources.count * detailTypes.count > Self.keysMax { sources = [nil] }
            for source in sources {
                for detailType in detailTypes {
                    self.rules[Key(source: source, detailType: detailType), default: []].append(rule)
                }
            }
        }
    }

    private static func choices(_ texts: Set<String>?) -> [String?] { texts?.map { $0 } ?? [nil] }

    /// The rules that match, in the order of their names.
    func rules(matching event: BusEvent) -> [EventRule] {
        var candidates: [EventRule] = []
        for source in [event.source, nil] {
            for detailType in [event.detailType, nil] {
                candidates += rules[Key(source: source, detailType: detailType)] ?? []
            }
        }
        return candidates.filter { $0.pattern?.matches(event.json) ?? false }.sorted { $0.name < $1.name }
    }
}
