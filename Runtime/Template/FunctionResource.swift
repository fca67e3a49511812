/// A Lambda function (`AWS::Serverless::Function`).
///
/// - Note: Source: AWS SAM Developer Guide, "AWS::Serverless::Function"; Lambda quotas.
package struct FunctionResource: Hashable, Sendable {
    package static let type = "AWS::Serverless::Function"

    package let logicalID: String
    package let position: SourcePosition
    /// `FunctionName`, or the stack's name and the logical id.
    package let name: String
    package let arn: String
    package let handler: String
    package let runtime: String
    package let codeURI: String?
    /// 1...900.
    package let timeoutSeconds: Int
    /// 128...10,240.
    package let memoryMB: Int
    /// 0...; nil for no limit of its own.
    package let reservedConcurrency: Int?
    package let environment: [String: String]
    package let events: [FunctionEvent]
    /// `x86_64` or `arm64`.
    package let architecture: String
    /// `Active`, `PassThrough` or `Disabled`.
    package let tracing: String?
    /// `Text` or `JSON`.
    package let logFormat: String
    package let applicationLogLevel: String?
    package let policies: [TemplateValue]
    package let deadLetterQueue: TemplateValue?
    /// Retries and destinations of asynchronous invocations.
    package let eventInvokeConfig: TemplateValue?
    /// Every property, these included.
    package let properties: TemplateValue

    /// Whether it goes on when it invokes itself again and again, through whatever: `RecursiveLoop: Allow`.
    package var allowsLoops: Bool { properties["RecursiveLoop"]?.text == "Allow" }

    init(_ resource: Resource) throws(TemplateError) {
        let id = resource.logicalID
        let properties = resource.properties
        logicalID = id
        position = resource.position
        if let name = properties["FunctionName"] { try Self.checkName(name) }
        name = resource.reference
        arn = resource.arn ?? ""
        self.properties = properties
        runtime = try properties.require("Runtime", of: "the function \(id)").requireText("Runtime")
        handler = try properties.require("Handler", of: "the function \(id)").requireText("Handler")
        codeURI = try properties["CodeUri"].map { (value) throws(TemplateError) in
            value.map == nil ? try value.requireText("CodeUri") : value.position.file
        }
        timeoutSeconds = try properties["Timeout"]?.requireInteger("Timeout", in: 1...900) ?? 3
        memoryMB = try properties["MemorySize"]?.requireInteger("MemorySize", in: 128...10_240) ?? 128
        reservedConcurrency = try properties["ReservedConcurrentExecutions"]?
            .requireInteger("ReservedConcurrentExecutions", in: 0...100_000)
        environment = try Self.environment(properties["Environment"])
        architecture = try Self.architecture(properties["Architectures"])
        tracing = try properties["Tracing"]?.requireText("Tracing", oneOf: ["Active", "PassThrough", "Disabled"])
        let logging = properties["LoggingConfig"]
        logFormat = try logging?["LogFormat"]?.requireText("LogFormat", oneOf: ["Text", "JSON"]) ?? "Text"
        applicationLogLevel = try logging?["ApplicationLogLevel"]?.requireText(
            "ApplicationLogLevel", oneOf: ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"])
        let policies = properties["Policies"]
        self.policies = policies.map { $0.list ?? [$0] } ?? []
        deadLetterQueue = properties["DeadLetterQueue"]
        eventInvokeConfig = properties["EventInvokeConfig"]
        var events: [FunctionEvent] = []
        for member in try properties["Events"]?.requireMap("Events") ?? [] {
            events.append(try FunctionEvent(member))
        }
        self.events = events
    }

    /// - Note: Source: AWS Lambda API Reference, CreateFunction, `FunctionName`.
    private static func checkName(_ value: TemplateValue) throws(TemplateError) {
        let name = try value.requireText("FunctionName")
        guard (1...64).contains(name.utf8.count), name.utf8.allSatisfy({ isWordByte($0) || $0 == UInt8(ascii: "-") })
        else {
            throw TemplateError("FunctionName must be 1 to 64 letters, digits, - or _, not \(name)", at: value.position)
        }
    }

    /// - Note: Source: AWS Lambda API Reference, Environment: `[a-zA-Z]([a-zA-Z0-9_])+`.
    private static func isVariableName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count >= 2, let first = bytes.first, first != UInt8(ascii: "_"), !isDigit(first) else {
            return false
        }
        return bytes.allSatisfy(isWordByte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        return isLetter || isDigit(byte) || byte == UInt8(ascii: "_")
    }

    private static func environment(_ value: TemplateValue?) throws(TemplateError) -> [String: String] {
        guard let variables = value?["Variables"] else { return [:] }
        var environment: [String: String] = [:]
        for member in try variables.requireMap("Variables") {
            // AWS sets these itself.
            guard !reservedVariables.contains(member.name) else {
                throw TemplateError("Lambda sets \(member.name) itself; remove it", at: member.position)
            }
            guard isVariableName(member.name) else {
                throw TemplateError(
                    "the variable \(member.name) must be named by a letter and then one or more letters, digits or _",
                    at: member.position)
            }
            environment[member.name] = try member.value.requireText("the variable \(member.name)")
        }
        return environment
    }

    /// - Note: Source: AWS Lambda Developer Guide, "Defined runtime environment variables".
    private static let reservedVariables: Set<String> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ]

    private static func architecture(_ value: TemplateValue?) throws(TemplateError) -> String {
        guard let value else { return "x86_64" }
        let architectures = try value.requireList("Architectures")
        guard architectures.count == 1 else {
            throw TemplateError("Architectures must hold exactly one of x86_64, arm64", at: value.position)
        }
        return try architectures[0].requireText("an architecture", oneOf: ["x86_64", "arm64"])
    }
}

/// What starts a function.
package struct FunctionEvent: Hashable, Sendable {
    package let name: String
    /// Of the name.
    package let position: SourcePosition
    /// Such as `HttpApi`, `SQS`, `Schedule`.
    package let type: String
    package let typePosition: SourcePosition
    /// A map, empty if the event has none.
    package let properties: TemplateValue

    init(_ member: TemplateMember) throws(TemplateError) {
        let what = "the event \(member.name)"
        name = member.name
        position = member.position
        let type = try member.value.require("Type", of: what)
        self.type = try type.requireText("Type")
        typePosition = type.position
        properties = member.value["Properties"] ?? TemplateValue(.map([]), at: member.value.position)
        _ = try properties.requireMap("the Properties of \(what)")
    }
}
