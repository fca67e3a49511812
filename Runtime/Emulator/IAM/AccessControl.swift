import Policies
import Template

/// Holds every function to its policies, and keeps what they were used for.
final class AccessControl: Sendable {
    private struct Holder {
        var name: String
        var policies: AccessPolicies
        /// nil for none.
        var boundary: AccessPolicies?
    }

    private let functions: [String: Holder]
    private let isEnforced: Bool
    private let usage: PolicyUsage
    let meter: UsageMeter?

    /// - Parameter isEnforced: false only records.
    /// - Throws: `EmulatorError` with the place of a policy that can't be read.
    init(
        stack: Stack, isEnforced: Bool, usage: PolicyUsage, meter: UsageMeter? = nil
    ) throws(EmulatorError) {
        var all: [String: Holder] = [:]
        for function in stack.functions {
            let policies = try FunctionPolicies.read(function)
            usage.add(function.logicalID, policies)
            all[function.logicalID] = Holder(
                name: function.name, policies: policies,
                boundary: try FunctionPolicies.boundary(of: function, in: stack))
        }
        self.functions = all
        self.isEnforced = isEnforced
        self.usage = usage
        self.meter = meter
    }

    /// Why `caller` may not do something; nil if it may.
    func denial(of action: String, on resource: String, to caller: Caller) -> String? {
        guard case .function(let logicalID) = caller, let holder = functions[logicalID] else { return nil }
        let request = AccessRequest(action: action, resource: resource)
        // Both must allow it: a boundary grants nothing by itself.
        var decision = holder.policies.decide(request)
        var (article, kind) = ("an", "identity-based policy")
        if case .allowed = decision, let boundary = holder.boundary?.decide(request) {
            if case .allowed = boundary {
            } else {
                (decision, article, kind) = (boundary, "a", "permissions boundary")
            }
        }
        usage.record(logicalID, request, decision)
        meter?.note(call: action)
        let reason: String
        switch decision {
        case .allowed: return nil
        case .denied: reason = "with an explicit deny in \(article) \(kind)"
        case .notAllowed: reason = "because no \(kind) allows the \(action) action"
        }
        guard isEnforced else { return nil }
        let role = "arn:aws:sts::\(LocalAccount.id):assumed-role/bundle-\(logicalID)Role/\(holder.name)"
        return "User: \(role) is not authorized to perform: \(action) on resource: \(resource) \(reason)"
    }

    /// Counts what a call is paid as beyond the one that it was asked about as.
    func notePaid(as further: Int, of action: String, by caller: Caller) {
        guard case .function = caller else { return }
        meter?.note(call: action, count: further)
    }
}
