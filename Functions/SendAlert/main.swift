import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> SendAlertHandler {
    let services = try LiveServices.fromEnvironment()
    return SendAlertHandler(store: services.store, queue: try services.queue("MESSAGE_QUEUE"))
}

try await RuntimeLoop(handler()).run()
