import JSON

// Tags of rules and buses.
extension EventBridgeService {
    private static let tagsMax = 50

    private enum Tagged {
        case bus(EventBus)
        case rule(EventRule)
    }

    func tag(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let tagged = try tagged(input)
        let added = try input.tags("Tags") ?? [:]
        try set(tags(of: tagged).merging(added) { $1 }, of: tagged)
        return [:]
    }

    func untag(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let tagged = try tagged(input)
        let keys = Set(try input.texts("TagKeys", counts: 0...200) ?? [])
        try set(tags(of: tagged).filter { !keys.contains($0.key) }, of: tagged)
        return [:]
    }

    func listTags(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let tags = tags(of: try tagged(input)).sorted { $0.key < $1.key }
        return ["Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })]
    }

    private func tagged(_ input: ModelInput) throws(ServiceFault) -> Tagged {
        let arn = try input.requireText("ResourceARN", ModelInput.TextConstraint(lengths: 1...1_600))
        if let bus = bus(arn: arn) { return .bus(bus) }
        for bus in buses.values {
            if let rule = bus.rules.values.first(where: { $0.arn == arn }) { return .rule(rule) }
        }
        throw .resourceUnknown("Resource \(arn) does not exist.")
    }

    private func tags(of tagged: Tagged) -> [String: String] {
        switch tagged {
        case .bus(let bus): bus.tags
        case .rule(let rule): rule.tags
        }
    }

    private func set(_ tags: [String: String], of tagged: Tagged) throws(ServiceFault) {
        guard tags.count <= Self.tagsMax else { throw .validation("A resource has at most \(Self.tagsMax) tags.") }
        switch tagged {
        case .bus(let bus):
            bus.tags = tags
            keep(bus)
        case .rule(let rule):
            rule.tags = tags
            keep(rule)
        }
    }
}
