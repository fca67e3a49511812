import AWSServices
import LambdaRuntime

try await RuntimeLoop(RegisterForVotingHandler(store: LiveServices.fromEnvironment().store)).run()
