import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> SendReminderHandler {
    let services = try LiveServices.fromEnvironment()
    return SendReminderHandler(store: services.store, queue: try services.queue("MESSAGE_QUEUE"))
}

try await RuntimeLoop(handler()).run()
