import JSON
import Policies
import Template

/// The `Policies` of a function as documents.
///
/// - Note: Source: AWS SAM Developer Guide, "AWS::Serverless::Function", Policies; "AWS SAM policy templates".
enum FunctionPolicies {
    static func read(_ function: FunctionResource) throws(EmulatorError) -> AccessPolicies {
        var documents: [PolicyDocument] = []
        for policy in function.policies {
            do throws(PolicyError) {
                documents += try read(policy)
            } catch {
                throw EmulatorError("\(policy.position): in a policy of \(function.logicalID), \(error.reason).")
            }
        }
        return AccessPolicies(documents)
    }

    /// The most that a function may do: the managed policy of this template that its `PermissionsBoundary` names.
    ///
    /// - Returns: nil if it has none.
    static func boundary(of function: FunctionResource, in stack: Stack) throws(EmulatorError) -> AccessPolicies? {
        guard let value = function.properties["PermissionsBoundary"] else { return nil }
        guard let policy = stack.resources.first(where: { $0.type == managedType && $0.reference == value.text }) else {
            throw EmulatorError(
                "\(value.position): PermissionsBoundary of \(function.logicalID) must be !Ref with an \(managedType) of "
                    + "this template; others are not known here.")
        }
        do throws(PolicyError) {
            return AccessPolicies([try document(policy.properties["PolicyDocument"]?.json ?? .null)])
        } catch {
            throw EmulatorError("\(policy.position): in the policy \(policy.logicalID), \(error.reason).")
        }
    }

    private static let managedType = "AWS::IAM::ManagedPolicy"

    /// - Throws: `PolicyError` if it has a condition: to take that as met or not would be a guess.
    private static func document(_ json: JSONValue) throws(PolicyError) -> PolicyDocument {
        let document = try PolicyDocument(json)
        if let key = document.conditionKeys.first {
            throw PolicyError(reason: "the condition key \(key) is not known here; remove the condition")
        }
        return document
    }

    private static func read(_ policy: TemplateValue) throws(PolicyError) -> [PolicyDocument] {
        if let name = policy.text {
            // Logs and traces are no calls that are seen here.
            let managed = name.split(separator: "/").last.map { String($0) } ?? name
            guard harmlessManagedPolicies.contains(managed) else {
                throw PolicyError(
                    reason: "the managed policy \(name) is not known here; write its statements into the template")
            }
            return []
        }
        if policy["Statement"] != nil { return [try document(policy.json)] }
        guard let members = policy.map, members.count == 1 else {
            throw PolicyError(reason: "there is neither a Statement nor the name of a policy template")
        }
        return [try PolicyTemplates.document(members[0].name, parameters: members[0].value)]
    }

    private static let harmlessManagedPolicies: Set<String> = [
        "AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole",
        "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess", "CloudWatchLambdaInsightsExecutionRolePolicy",
    ]
}
