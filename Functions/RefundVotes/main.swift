import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> RefundVotesHandler {
    let services = try LiveServices.fromEnvironment()
    return RefundVotesHandler(store: services.store, queue: try services.queue("REFUND_QUEUE"))
}

try await RuntimeLoop(handler()).run()
