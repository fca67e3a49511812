/// Reading the parts of a table's properties.
extension TableResource {
    static func attributes(_ value: TemplateValue) throws(TemplateError) -> [Attribute] {
        var attributes: [Attribute] = []
        for element in try value.requireList("AttributeDefinitions") {
            let name = try element.require("AttributeName", of: "an attribute definition").requireText("AttributeName")
            guard !attributes.contains(where: { $0.name == name }) else {
                throw TemplateError("the attribute \(name) is defined twice", at: element.position)
            }
            let type = try element.require("AttributeType", of: "an attribute definition")
            attributes.append(
                Attribute(name: name, type: try type.requireText("AttributeType", oneOf: ["S", "N", "B"])))
        }
        return attributes
    }

    static func key(_ value: TemplateValue) throws(TemplateError) -> Key {
        var names: [String: String] = [:]
        let elements = try value.requireList("KeySchema")
        for element in elements {
            let name = try element.require("AttributeName", of: "a key").requireText("AttributeName")
            let kind = try element.require("KeyType", of: "a key").requireText("KeyType", oneOf: ["HASH", "RANGE"])
            guard names.updateValue(name, forKey: kind) == nil else {
                throw TemplateError("KeySchema has two \(kind) keys; keep one", at: element.position)
            }
        }
        guard let partition = names["HASH"] else {
            throw TemplateError("KeySchema needs a key of type HASH", at: value.position)
        }
        guard partition != names["RANGE"] else {
            throw TemplateError("the HASH and the RANGE key must be two attributes", at: value.position)
        }
        return Key(partition: partition, sort: names["RANGE"])
    }

    static func indexes(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> [Index] {
        guard let value else { return [] }
        var indexes: [Index] = []
        for element in try value.requireList(name) {
            let indexName = try element.require("IndexName", of: "an index").requireText("IndexName")
            let what = "the index \(indexName)"
            let projection = try element.require("Projection", of: what)
            let type = try projection.require("ProjectionType", of: "Projection").requireText(
                "ProjectionType", oneOf: ["ALL", "KEYS_ONLY", "INCLUDE"])
            var included: [String] = []
            for attribute in try projection["NonKeyAttributes"]?.requireList("NonKeyAttributes") ?? [] {
                included.append(try attribute.requireText("an attribute's name"))
            }
            guard included.isEmpty == (type != "INCLUDE") else {
                throw TemplateError(
                    "NonKeyAttributes go with the ProjectionType INCLUDE and with no other", at: projection.position)
            }
            indexes.append(
                Index(
                    name: indexName, position: element.position,
                    key: try key(element.require("KeySchema", of: what)), projection: type,
                    nonKeyAttributes: included))
        }
        return indexes
    }

    /// A simple table has one string key named `id` unless it says otherwise.
    static func simpleKey(_ value: TemplateValue?) throws(TemplateError) -> ([Attribute], Key) {
        let name = try value?.require("Name", of: "PrimaryKey").requireText("Name") ?? "id"
        let type = try value?["Type"]?.requireText("Type", oneOf: ["String", "Number", "Binary"]) ?? "String"
        return ([Attribute(name: name, type: String(type.prefix(1)))], Key(partition: name, sort: nil))
    }

    /// The one of a global table's replicas that is in the region, where protection, recovery and tags are said.
    static func replica(
        in region: String, of properties: TemplateValue, _ what: String
    ) throws(TemplateError) -> TemplateValue {
        let value = try properties.require("Replicas", of: what)
        var regions: Set<String> = []
        var own: TemplateValue?
        for replica in try value.requireList("Replicas") {
            let name = try replica.require("Region", of: "a replica").requireText("Region")
            guard regions.insert(name).inserted else {
                throw TemplateError("\(what) has two replicas in \(name); keep one", at: replica.position)
            }
            if name == region { own = replica }
        }
        guard let own else {
            throw TemplateError("\(what) needs a replica in the stack's own region, \(region)", at: value.position)
        }
        return own
    }

    static func timeToLive(_ value: TemplateValue?) throws(TemplateError) -> String? {
        guard let value else { return nil }
        let isOn = try value.require("Enabled", of: "TimeToLiveSpecification").requireBoolean("Enabled")
        guard isOn else { return nil }
        return try value.require("AttributeName", of: "TimeToLiveSpecification").requireText("AttributeName")
    }

    static func flag(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> Bool {
        try value?[name]?.requireBoolean(name) ?? false
    }

    /// CloudFormation's form: `[{Key, Value}]`.
    static func tagList(_ value: TemplateValue?) throws(TemplateError) -> [String: String] {
        var tags: [String: String] = [:]
        for element in try value?.requireList("Tags") ?? [] {
            let key = try element.require("Key", of: "a tag").requireText("Key")
            tags[key] = try element.require("Value", of: "a tag").requireText("Value")
        }
        return tags
    }

    /// SAM's form: `{key: value}`.
    static func tagMap(_ value: TemplateValue?) throws(TemplateError) -> [String: String] {
        var tags: [String: String] = [:]
        for member in try value?.requireMap("Tags") ?? [] {
            tags[member.name] = try member.value.requireText("the tag \(member.name)")
        }
        return tags
    }
}
