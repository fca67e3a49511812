import AWSServices
import LambdaRuntime

try await RuntimeLoop(SpreadUpdateHandler(queue: LiveServices.fromEnvironment().queue("MESSAGE_QUEUE"))).run()
