import AWSServices
import LambdaRuntime

try await RuntimeLoop(ReadInboxHandler(store: LiveServices.fromEnvironment().store)).run()
