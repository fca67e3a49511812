/// An S3 bucket (`AWS::S3::Bucket`) with what functions want to be told of it.
///
/// - Note: Source: AWS CloudFormation Template Reference, "AWS::S3::Bucket"; AWS SAM Developer Guide, "S3" event
///   source.
package struct BucketResource: Hashable, Sendable {
    package static let type = "AWS::S3::Bucket"

    package struct Notification: Hashable, Sendable {
        /// `CloudFunction`, `Queue` or `Topic`, as in S3's own API.
        package let destination: String
        package let arn: String
        /// Such as `s3:ObjectCreated:*`.
        package let events: [String]
        package let prefix: String
        package let suffix: String
        package let position: SourcePosition
    }

    package struct CORSRule: Hashable, Sendable {
        package let origins: [String]
        package let methods: [String]
        package let headers: [String]
        package let exposedHeaders: [String]
        package let maxAgeSeconds: Int?
    }

    package let logicalID: String
    package let position: SourcePosition
    /// `BucketName`, or the stack's name and the logical id.
    package let name: String
    package let arn: String
    /// `Enabled`, `Suspended` or nil.
    package let versioning: String?
    package let notifications: [Notification]
    package let sendsToEventBridge: Bool
    package let cors: [CORSRule]
    package let tags: [String: String]
    /// The text of the bucket's policy (`AWS::S3::BucketPolicy`) is JSON of this.
    package let policy: TemplateValue?

    init(
        _ resource: Resource, functions: [FunctionResource], policies: [Resource]
    ) throws(TemplateError) {
        let properties = resource.properties
        logicalID = resource.logicalID
        position = resource.position
        name = resource.reference
        arn = resource.arn ?? ""
        versioning = try properties["VersioningConfiguration"]?.require("Status", of: "VersioningConfiguration")
            .requireText("Status", oneOf: ["Enabled", "Suspended"])
        let configuration = properties["NotificationConfiguration"]
        var notifications: [Notification] = []
        for (list, destination, member) in Self.destinations {
            for element in try configuration?[list]?.requireList(list) ?? [] {
                notifications.append(try Notification(element, destination, member))
            }
        }
        for function in functions {
            for event in function.events
            where event.type == "S3" && event.properties["Bucket"]?.text == resource.reference {
                notifications.append(try Notification(event, of: function))
            }
        }
        self.notifications = notifications
        sendsToEventBridge =
            try configuration?["EventBridgeConfiguration"].map { (value) throws(TemplateError) in
                try value["EventBridgeEnabled"]?.requireBoolean("EventBridgeEnabled") ?? true
            } ?? false
        var cors: [CORSRule] = []
        for element in try properties["CorsConfiguration"]?.require("CorsRules", of: "CorsConfiguration")
            .requireList("CorsRules") ?? []
        {
            cors.append(try CORSRule(element))
        }
        self.cors = cors
        tags = try TableResource.tagList(properties["Tags"])
        policy = try policies.last { $0.properties["Bucket"]?.text == resource.reference }?.properties
            .require("PolicyDocument", of: "a bucket policy")
    }

    private static let destinations = [
        ("LambdaConfigurations", "CloudFunction", "Function"), ("QueueConfigurations", "Queue", "Queue"),
        ("TopicConfigurations", "Topic", "Topic"),
    ]
}

extension Stack {
    /// Every bucket, in the order of the template.
    ///
    /// - Throws: `TemplateError` at the place of what can't be, such as an event whose bucket the template lacks.
    package func buckets() throws(TemplateError) -> [BucketResource] {
        let policies = resources.filter { $0.type == "AWS::S3::BucketPolicy" }
        var buckets: [BucketResource] = []
        for resource in resources where resource.type == BucketResource.type {
            buckets.append(try BucketResource(resource, functions: functions, policies: policies))
        }
        for event in functions.flatMap(\.events) where event.type == "S3" {
            let bucket = try event.properties.require("Bucket", of: "the event \(event.name)")
            guard buckets.contains(where: { $0.name == bucket.text }) else {
                throw TemplateError(
                    "Bucket of the event \(event.name) names no \(BucketResource.type) of this template; use !Ref with its "
                        + "logical id", at: bucket.position)
            }
        }
        for policy in policies {
            let bucket = try policy.properties.require("Bucket", of: "a bucket policy")
            guard buckets.contains(where: { $0.name == bucket.text }) else {
                throw TemplateError(
                    "\(policy.logicalID) names no \(BucketResource.type) of this template", at: bucket.position)
            }
        }
        return buckets
    }
}

extension BucketResource.Notification {
    /// An element of the bucket's own configuration: one event each.
    fileprivate init(_ element: TemplateValue, _ destination: String, _ member: String) throws(TemplateError) {
        self.destination = destination
        position = element.position
        arn = try element.require(member, of: "a notification").requireText(member)
        events = [try element.require("Event", of: "a notification").requireText("Event")]
        (prefix, suffix) = try Self.filter(element["Filter"])
    }

    /// A function's event.
    fileprivate init(_ event: FunctionEvent, of function: FunctionResource) throws(TemplateError) {
        destination = "CloudFunction"
        position = event.position
        arn = function.arn
        let value = try event.properties.require("Events", of: "the event \(event.name)")
        var events: [String] = []
        for element in value.list ?? [value] { events.append(try element.requireText("Events")) }
        self.events = events
        (prefix, suffix) = try Self.filter(event.properties["Filter"])
    }

    private static func filter(_ value: TemplateValue?) throws(TemplateError) -> (prefix: String, suffix: String) {
        var (prefix, suffix) = ("", "")
        for rule in try value?.require("S3Key", of: "Filter").require("Rules", of: "S3Key").requireList("Rules") ?? [] {
            let name = try rule.require("Name", of: "a filter rule").requireText("Name").lowercased()
            let text = try rule.require("Value", of: "a filter rule").requireText("Value")
            switch name {
            case "prefix": prefix = text
            case "suffix": suffix = text
            default: throw TemplateError("a filter rule's Name is prefix or suffix", at: rule.position)
            }
        }
        return (prefix, suffix)
    }
}

extension BucketResource.CORSRule {
    fileprivate init(_ element: TemplateValue) throws(TemplateError) {
        func texts(_ name: String) throws(TemplateError) -> [String] {
            var texts: [String] = []
            for value in try element[name]?.requireList(name) ?? [] { texts.append(try value.requireText(name)) }
            return texts
        }
        origins = try texts("AllowedOrigins")
        methods = try texts("AllowedMethods")
        headers = try texts("AllowedHeaders")
        exposedHeaders = try texts("ExposedHeaders")
        maxAgeSeconds = try element["MaxAge"]?.requireInteger("MaxAge", in: 0...Int(Int32.max))
        guard !origins.isEmpty, !methods.isEmpty else {
            throw TemplateError("a CORS rule needs AllowedOrigins and AllowedMethods", at: element.position)
        }
    }
}
