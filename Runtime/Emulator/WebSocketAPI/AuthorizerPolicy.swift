package import JSON
import Policies

/// What a Lambda authorizer answers: a policy, and what the functions behind it are told.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Output from an API Gateway Lambda authorizer".
package struct AuthorizerPolicy: Sendable {
    package let principalID: String
    /// Values are texts, numbers and booleans.
    package let context: JSONObject
    private let policies: AccessPolicies

    /// - Returns: nil if it is no answer of an authorizer.
    package init?(_ reply: JSONValue) {
        let context = reply["context"]?.object ?? [:]
        // Lists and objects are not allowed there.
        guard let principal = reply["principalId"]?.string, let document = reply["policyDocument"],
            let policy = try? PolicyDocument(document),
            context.allSatisfy({ $0.value.array == nil && $0.value.object == nil })
        else { return nil }
        principalID = principal
        self.context = context
        policies = AccessPolicies([policy])
    }

    /// Whether the policy lets a request to an API's method pass.
    package func allows(_ arn: String) -> Bool {
        guard case .allowed = policies.decide(AccessRequest(action: "execute-api:Invoke", resource: arn)) else {
            return false
        }
        return true
    }
}
