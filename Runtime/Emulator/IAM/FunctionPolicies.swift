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
        if policy["Statement"] != nil {
            let document = try PolicyDocument(policy.json)
            if let key = document.conditionKeys.first {
                // To take a condition as met or not would be a guess.
                throw PolicyError(reason: "the condition key \(key) is not known here; remove the condition")
            }
            return [document]
        }
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
