/// A DynamoDB table (`AWS::DynamoDB::Table`, `AWS::DynamoDB::GlobalTable`, `AWS::Serverless::SimpleTable`).
///
/// Of a global table it is the replica in the stack's region.
///
/// - Note: Source: AWS CloudFormation Template Reference, "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"; AWS SAM
///   Developer Guide, "AWS::Serverless::SimpleTable".
package struct TableResource: Hashable, Sendable {
    package static let types: Set<String> = ["AWS::DynamoDB::Table", globalType, "AWS::Serverless::SimpleTable"]
    static let globalType = "AWS::DynamoDB::GlobalTable"

    package struct Attribute: Hashable, Sendable {
        package let name: String
        /// `S`, `N` or `B`.
        package let type: String
    }

    package struct Key: Hashable, Sendable {
        package let partition: String
        package let sort: String?
    }

    package struct Index: Hashable, Sendable {
        package let name: String
        package let position: SourcePosition
        package let key: Key
        /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
        package let projection: String
        /// With `INCLUDE`.
        package let nonKeyAttributes: [String]
    }

    package let logicalID: String
    package let position: SourcePosition
    /// `TableName`, or the stack's name and the logical id.
    package let name: String
    package let arn: String
    package let attributes: [Attribute]
    package let key: Key
    package let globalIndexes: [Index]
    package let localIndexes: [Index]
    /// `PROVISIONED` or `PAY_PER_REQUEST`.
    package let billingMode: String
    /// `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`; nil for no stream.
    package let streamView: String?
    /// The attribute of the time to live; nil if that is off.
    package let timeToLiveAttribute: String?
    package let isEncryptedByKMS: Bool
    package let hasPointInTimeRecovery: Bool
    package let isDeletionProtected: Bool
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`; nil if the template does not say.
    package let tableClass: String?
    package let tags: [String: String]
    /// Every property, these included.
    package let properties: TemplateValue

    /// - Parameter region: the stack's.
    init(_ resource: Resource, region: String) throws(TemplateError) {
        let properties = resource.properties
        let what = "the table \(resource.logicalID)"
        logicalID = resource.logicalID
        position = resource.position
        name = resource.reference
        arn = resource.arn ?? ""
        self.properties = properties
        guard resource.type != "AWS::Serverless::SimpleTable" else {
            (attributes, key) = try Self.simpleKey(properties["PrimaryKey"])
            (globalIndexes, localIndexes) = ([], [])
            billingMode = properties["ProvisionedThroughput"] == nil ? "PAY_PER_REQUEST" : "PROVISIONED"
            (streamView, timeToLiveAttribute) = (nil, nil)
            isEncryptedByKMS = try Self.flag(properties["SSESpecification"], "SSEEnabled")
            hasPointInTimeRecovery = try Self.flag(
                properties["PointInTimeRecoverySpecification"], "PointInTimeRecoveryEnabled")
            isDeletionProtected = false
            tableClass = nil
            tags = try Self.tagMap(properties["Tags"])
            return
        }
        key = try Self.key(properties.require("KeySchema", of: what))
        attributes = try Self.attributes(properties.require("AttributeDefinitions", of: what))
        globalIndexes = try Self.indexes(properties["GlobalSecondaryIndexes"], "GlobalSecondaryIndexes")
        localIndexes = try Self.indexes(properties["LocalSecondaryIndexes"], "LocalSecondaryIndexes")
        billingMode =
            try properties["BillingMode"]?.requireText("BillingMode", oneOf: ["PROVISIONED", "PAY_PER_REQUEST"])
            ?? "PROVISIONED"
        streamView = try properties["StreamSpecification"].map { (value) throws(TemplateError) in
            try value.require("StreamViewType", of: "StreamSpecification").requireText(
                "StreamViewType", oneOf: ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"])
        }
        timeToLiveAttribute = try Self.timeToLive(properties["TimeToLiveSpecification"])
        isEncryptedByKMS = try Self.flag(properties["SSESpecification"], "SSEEnabled")
        let isGlobal = resource.type == Self.globalType
        let own = isGlobal ? try Self.replica(in: region, of: properties, what) : properties
        hasPointInTimeRecovery = try Self.flag(own["PointInTimeRecoverySpecification"], "PointInTimeRecoveryEnabled")
        isDeletionProtected = try Self.flag(own, "DeletionProtectionEnabled")
        tableClass = try own["TableClass"]?.requireText(
            "TableClass", oneOf: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"])
        tags = try Self.tagList(own["Tags"])
        if isGlobal { try checkGlobal(properties) }
        try checkAttributes(properties)
        try checkCapacity(properties)
    }

    /// Every key attribute is defined, and no other, as DynamoDB wants it.
    private func checkAttributes(_ properties: TemplateValue) throws(TemplateError) {
        let defined = attributes.map(\.name)
        let keys = [key] + globalIndexes.map(\.key) + localIndexes.map(\.key)
        let used = keys.flatMap { [$0.partition] + ($0.sort.map { [$0] } ?? []) }
        let position = properties["AttributeDefinitions"]?.position ?? position
        for name in used where !defined.contains(name) {
            throw TemplateError(
                "the table \(logicalID) is keyed by \(name), which AttributeDefinitions lacks"
                    + suggestion(for: name, among: defined), at: position)
        }
        for name in defined where !used.contains(name) {
            throw TemplateError(
                "AttributeDefinitions of \(logicalID) has \(name), which is in no key; remove it", at: position)
        }
        for index in localIndexes where index.key.partition != key.partition || index.key.sort == nil {
            throw TemplateError(
                "the local index \(index.name) must have the table's partition key \(key.partition) and a sort key",
                at: index.position)
        }
        let names = (globalIndexes + localIndexes).map(\.name)
        for index in globalIndexes + localIndexes where names.count(where: { $0 == index.name }) > 1 {
            throw TemplateError("the index name \(index.name) is used twice; rename one of them", at: index.position)
        }
    }

    /// What replicas need, and what of them is not served here.
    private func checkGlobal(_ properties: TemplateValue) throws(TemplateError) {
        guard billingMode == "PAY_PER_REQUEST" else {
            throw TemplateError(
                "the global table \(logicalID) needs BillingMode: PAY_PER_REQUEST; the emulator serves no other",
                at: properties["BillingMode"]?.position ?? position)
        }
        let replicas = properties["Replicas"]?.list ?? []
        if replicas.count > 1, streamView != "NEW_AND_OLD_IMAGES" {
            throw TemplateError(
                "replicas are fed from a stream of NEW_AND_OLD_IMAGES; give \(logicalID) that StreamSpecification",
                at: properties["StreamSpecification"]?.position ?? position)
        }
    }

    private func checkCapacity(_ properties: TemplateValue) throws(TemplateError) {
        let throughput = properties["ProvisionedThroughput"]
        if billingMode == "PROVISIONED", throughput == nil {
            throw TemplateError(
                "the table \(logicalID) needs BillingMode: PAY_PER_REQUEST or a ProvisionedThroughput", at: position)
        }
        if billingMode == "PAY_PER_REQUEST", let throughput {
            throw TemplateError(
                "a table with BillingMode PAY_PER_REQUEST has no ProvisionedThroughput; remove it",
                at: throughput.position)
        }
    }
}
