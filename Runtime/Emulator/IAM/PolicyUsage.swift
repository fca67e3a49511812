package import JSON
import Policies
import Synchronization

/// What functions asked for, and what their policies grant: over all deployments of a process, as a replay has one per
/// case.
package final class PolicyUsage: Sendable {
    private struct Grant: Hashable {
        var action: String
        var resource: String
    }

    private struct Holder {
        /// What is granted, in the template's order, and whether it was ever needed.
        var grants: [(grant: Grant, statement: Int, isUsed: Bool)] = []
        var requests: [AccessRequest: (count: Int, isAllowed: Bool)] = [:]
    }

    /// Different requests kept of one function.
    private static let requestsMax = 10_000

    private let holders = Mutex<[String: Holder]>([:])

    package init() {}

    func add(_ function: String, _ policies: AccessPolicies) {
        holders.withLock { holders in
            guard holders[function] == nil else { return }
            var holder = Holder()
            for (number, statement) in policies.statements.enumerated() where statement.effect == .allow {
                for action in statement.actions {
                    for resource in statement.resources {
                        let grant = Grant(action: action.description, resource: resource.description)
                        holder.grants.append((grant, number, false))
                    }
                }
            }
            holders[function] = holder
        }
    }

    func record(_ function: String, _ request: AccessRequest, _ decision: AccessDecision) {
        holders.withLock { holders in
            let isAllowed = if case .allowed = decision { true } else { false }
            let known = holders[function]?.requests[request]
            guard known != nil || holders[function, default: Holder()].requests.count < Self.requestsMax else { return }
            holders[function]?.requests[request] = ((known?.count ?? 0) + 1, isAllowed)
            guard known == nil, case .allowed(let statements) = decision else { return }
            for index in holders[function]?.grants.indices ?? 0..<0 {
                guard let (grant, statement, _) = holders[function]?.grants[index], statements.contains(statement),
                    WildcardPattern(grant.action, ignoresCase: true).matches(request.action),
                    WildcardPattern(grant.resource).matches(request.resource)
                else { continue }
                holders[function]?.grants[index].isUsed = true
            }
        }
    }

    /// By function: `used` and `denied` as action, resource and count; `unused` as action and resource.
    package var report: JSONValue {
        let holders = holders.withLock { $0 }
        let functions = holders.sorted { $0.key < $1.key }.map { name, holder in
            let requests = holder.requests.sorted {
                ($0.key.action, $0.key.resource) < ($1.key.action, $1.key.resource)
            }
            func lines(allowed: Bool) -> JSONValue {
                .array(
                    requests.filter { $0.value.isAllowed == allowed }.map { request, value in
                        [
                            "action": .string(request.action), "resource": .string(request.resource),
                            "count": .number(JSONNumber(value.count)),
                        ]
                    })
            }
            let unused = holder.grants.filter { !$0.isUsed }.map { entry -> JSONValue in
                ["action": .string(entry.grant.action), "resource": .string(entry.grant.resource)]
            }
            return (
                name,
                ["used": lines(allowed: true), "denied": lines(allowed: false), "unused": .array(unused)] as JSONValue
            )
        }
        return .object(JSONObject(functions))
    }
}
