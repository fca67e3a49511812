import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> ConnectHandler {
    let services = try LiveServices.fromEnvironment()
    return ConnectHandler(store: services.store, connections: try services.connections())
}

try await RuntimeLoop(handler()).run()
