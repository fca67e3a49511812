import AWSServices
import LambdaRuntime

try await RuntimeLoop(RefundVotesHandler(store: LiveServices.fromEnvironment().store)).run()
