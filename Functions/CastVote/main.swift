import AWSServices
import LambdaRuntime

try await RuntimeLoop(CastVoteHandler(store: LiveServices.fromEnvironment().store)).run()
