import AWSServices
import LambdaRuntime

try await RuntimeLoop(GreetUserHandler(store: LiveServices.fromEnvironment().store)).run()
