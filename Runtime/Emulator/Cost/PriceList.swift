import Template

/// What AWS asks, in US dollars, without free tiers, for what a case used.
///
/// - Note: Source: AWS's price pages for us-east-1 as of 2025: DynamoDB on demand, Lambda (x86), API Gateway (HTTP and
///   WebSocket APIs), SQS, EventBridge and its Scheduler, S3 Standard, CloudWatch Logs. Storage, transfer and users are
///   not in it: they depend on what is kept and not on what happens.
package struct PriceList: Sendable {
    private static let million = 1_000_000.0

    static let readUnit = 0.125 / million
    static let writeUnit = 0.625 / million
    static let invocation = 0.20 / million
    static let gigabyteSecond = 0.000_016_666_7
    static let apiRequest = 1.00 / million
    static let socketMessage = 1.00 / million
    static let connectionMinute = 0.25 / million
    static let logByte = 0.50 / 1_073_741_824

    /// By the action's service, and by the action where it matters.
    private static let calls: [(prefix: String, dollars: Double)] = [
        ("sqs:", 0.40 / million), ("events:PutEvents", 1.00 / million), ("scheduler:CreateSchedule", 1.00 / million),
        ("s3:PutObject", 5.00 / million), ("s3:GetObject", 0.40 / million),
    ]

    /// The logical ids of the functions that APIs call: each of their invocations is a request.
    private let apiFunctions: Set<String>

    package init(apiFunctions: Set<String>) { self.apiFunctions = apiFunctions }

    /// In dollars.
    package func price(of usage: Usage) -> Double {
        var total = usage.readUnits * Self.readUnit + usage.writeUnits * Self.writeUnit
        for (function, invocations) in usage.invocations {
            let request = Self.invocation + (apiFunctions.contains(function) ? Self.apiRequest : 0)
            total += Double(invocations.count) * request + invocations.gigabyteSeconds * Self.gigabyteSecond
        }
        for (action, count) in usage.calls {
            let price = Self.calls.first { action.hasPrefix($0.prefix) }
            total += Double(count) * (price?.dollars ?? 0)
        }
        total += Double(usage.socketMessages) * Self.socketMessage
        total += Double(usage.connectionMinutes) * Self.connectionMinute
        return total + Double(usage.logBytes) * Self.logByte
    }
}

extension EmulatorConfiguration {
    /// The prices for the functions of the template.
    package func prices() throws(EmulatorError) -> PriceList {
        let stack = try Emulator.loadStack(self, endpoint: Self.defaultEndpoint)
        let apiFunctions = stack.functions.filter { $0.events.contains { $0.type == "HttpApi" } }
        return PriceList(apiFunctions: Set(apiFunctions.map(\.logicalID)))
    }
}
