import AWSServices
import LambdaRuntime

try await RuntimeLoop(SendUpdateHandler(store: LiveServices.fromEnvironment().store)).run()
