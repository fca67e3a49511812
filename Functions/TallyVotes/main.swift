import AWSServices
import LambdaRuntime

try await RuntimeLoop(TallyVotesHandler(store: LiveServices.fromEnvironment().store)).run()
