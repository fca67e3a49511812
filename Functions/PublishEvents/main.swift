import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> PublishEventsHandler {
    let services = try LiveServices.fromEnvironment()
    return PublishEventsHandler(bus: try services.eventBus(), deadLetters: try services.queue("EVENT_DEAD_LETTERS"))
}

try await RuntimeLoop(handler()).run()
