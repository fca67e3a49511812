import Expressions
import ItemDB
import Items

/// What DynamoDB knows of a table besides its keys and indexes. The database keeps it as an item.
struct TableSettings: Sendable {
    struct Throughput: Hashable, Sendable {
        var read = 0
        var write = 0
    }

    var definitions: [KeyAttribute] = []
    var isOnDemand = false
    var throughput = Throughput()
    var indexThroughput: [String: Throughput] = [:]
    var tags: [String: String] = [:]
    var isProtected = false
    var tableClass: String?
    /// When billing was changed to be on demand, in milliseconds since 1970; nil if it was so from the start.
    var onDemandSince: Int?
    /// When recovery to a point in time was switched on, in milliseconds since 1970; nil while it is off.
    var recoverableSince: Int?

    /// How long recovery reaches back; nil is the 35 days that there are at most.
    var recoveryDays: Int?
    /// The ARN of the key that the table is encrypted with; nil is DynamoDB's own.
    var encryptionKey: String?
    /// What the table is ready for at once; nil is what every table is.
    var warmThroughput: Throughput?
    var indexWarmThroughput: [String: Throughput] = [:]
    var policy: Policy?

    struct Policy: Hashable, Sendable {
        var text: String
        /// When it was set, in milliseconds since 1970.
        var revision: Int
    }

    init() {}

    init(_ item: Item) {
        definitions = (item["definitions"]?.list ?? []).compactMap { entry in
            guard let name = entry.map?["name"]?.string,
                let type = entry.map?["type"]?.string.flatMap(KeyType.init(rawValue:))
            else { return nil }
            return KeyAttribute(name, type)
        }
        isOnDemand = item["isOnDemand"]?.bool ?? false
        throughput = Throughput(item["throughput"])
        indexThroughput = (item["indexThroughput"]?.map ?? [:]).compactMapValues { Throughput($0) }
        tags = (item["tags"]?.map ?? [:]).compactMapValues(\.string)
        isProtected = item["isProtected"]?.bool ?? false
        tableClass = item["tableClass"]?.string
        onDemandSince = item["onDemandSince"]?.integer
        recoverableSince = item["recoverableSince"]?.integer
        recoveryDays = item["recoveryDays"]?.integer
        encryptionKey = item["encryptionKey"]?.string
        warmThroughput = item["warmThroughput"].map { Throughput($0) }
        indexWarmThroughput = (item["indexWarmThroughput"]?.map ?? [:]).compactMapValues { Throughput($0) }
        if let text = item["policy"]?.string, let revision = item["policyRevision"]?.integer {
            policy = Policy(text: text, revision: revision)
        }
    }

    var item: Item {
        var item: Item = [
            "definitions": .list(
                definitions.map { .map(["name": .string($0.name), "type": .string($0.type.rawValue)]) }),
            "isOnDemand": .bool(isOnDemand), "throughput": throughput.value,
            "indexThroughput": .map(AttributeMap(indexThroughput.mapValues(\.value))),
            "tags": .map(AttributeMap(tags.mapValues { .string($0) })), "isProtected": .bool(isProtected),
        ]
        item["tableClass"] = tableClass.map { .string($0) }
        item["onDemandSince"] = onDemandSince.map { .number($0) }
        item["recoverableSince"] = recoverableSince.map { .number($0) }
        item["recoveryDays"] = recoveryDays.map { .number($0) }
        item["encryptionKey"] = encryptionKey.map { .string($0) }
        item["warmThroughput"] = warmThroughput?.value
        if !indexWarmThroughput.isEmpty {
            item["indexWarmThroughput"] = .map(AttributeMap(indexWarmThroughput.mapValues(\.value)))
        }
        item["policy"] = policy.map { .string($0.text) }
        item["policyRevision"] = policy.map { .number($0.revision) }
        return item
    }
}

extension TableSettings.Throughput {
    init(_ value: AttributeValue?) {
        self.init(read: value?.map?["read"]?.integer ?? 0, write: value?.map?["write"]?.integer ?? 0)
    }

    init(_ request: Request?) {
        self.init(read: request?.int("ReadCapacityUnits") ?? 0, write: request?.int("WriteCapacityUnits") ?? 0)
    }

    fileprivate var value: AttributeValue { .map(["read": .number(read), "write": .number(write)]) }
}
