import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> SpreadUpdateHandler {
    let services = try LiveServices.fromEnvironment()
    return SpreadUpdateHandler(
        queue: try services.queue("MESSAGE_QUEUE"), deadLetters: try services.queue("UNPROCESSED_EVENTS"))
}

try await RuntimeLoop(handler()).run()
