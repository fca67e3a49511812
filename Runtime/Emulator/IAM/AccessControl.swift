import Policies
import Template

/// Holds every function to its policies, and keeps what they were used for.
final class AccessControl: Sendable {
    private let functions: [String: (name: String, policies: AccessPolicies)]
    private let isEnforced: Bool
    private let usage: PolicyUsage
    let meter: UsageMeter?

    /// - Parameter isEnforced: false only records.
    /// - Throws: `EmulatorError` with the place of a policy that can't be read.
    init(
        functions: [FunctionResource], isEnforced: Bool, usage: PolicyUsage, meter: UsageMeter? = nil
    ) throws(EmulatorError) {
        var all: [String: (name: String, policies: AccessPolicies)] = [:]
        for function in functions {
            let policies = try FunctionPolicies.read(function)
            usage.add(function.logicalID, policies)
            all[function.logicalID] = (function.name, policies)
        }
        self.functions = all
        self.isEnforced = isEnforced
        self.usage = usage
        self.meter = meter
    }

    /// Why `caller` may not do something; nil if it may.
    func denial(of action: String, on resource: String, to caller: Caller) -> String? {
        guard case .function(let logicalID) = caller, let (name, policies) = functions[logicalID] else { return nil }
        let request = AccessRequest(action: action, resource: resource)
        let decision = policies.decide(request)
        usage.record(logicalID, request, decision)
        meter?.note(call: action)
        let reason: String
        switch decision {
        case .allowed: return nil
        case .denied: reason = "with an explicit deny in an identity-based policy"
        case .notAllowed: reason = "because no identity-based policy allows the \(action) action"
        }
        guard isEnforced else { return nil }
        let role = "arn:aws:sts::\(LocalAccount.id):assumed-role/bundle-\(logicalID)Role/\(name)"
        return "User: \(role) is not authorized to perform: \(action) on resource: \(resource) \(reason)"
    }
}
