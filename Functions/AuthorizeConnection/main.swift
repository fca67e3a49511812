import AWSServices
import Handling
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> AuthorizeConnectionHandler {
    let services = try LiveServices.fromEnvironment()
    return AuthorizeConnectionHandler(
        verifier: TokenVerifier(
            source: try services.userPoolKeys(), issuer: try Environment.requiredText("TOKEN_ISSUER"),
            clientID: try Environment.requiredText("USER_POOL_CLIENT")))
}

try await RuntimeLoop(handler()).run()
