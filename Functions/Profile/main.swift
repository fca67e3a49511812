import AWSServices
import LambdaRuntime

try await RuntimeLoop(ProfileHandler(store: LiveServices.fromEnvironment().store)).run()
