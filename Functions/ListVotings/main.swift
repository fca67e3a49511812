import AWSServices
import LambdaRuntime

try await RuntimeLoop(ListVotingsHandler(store: LiveServices.fromEnvironment().store)).run()
