import AWSServices
import LambdaRuntime

try await RuntimeLoop(RecordSignInHandler(store: LiveServices.fromEnvironment().store)).run()
