import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> DeliverMessageHandler {
    let services = try LiveServices.fromEnvironment()
    return DeliverMessageHandler(
        store: services.store, queue: try services.queue("MESSAGE_QUEUE"), connections: try services.connections())
}

try await RuntimeLoop(handler()).run()
