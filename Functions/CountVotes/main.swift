import AWSServices
import LambdaRuntime

try await RuntimeLoop(CountVotesHandler(store: LiveServices.fromEnvironment().store)).run()
