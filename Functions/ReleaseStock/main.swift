import AWSServices
import LambdaRuntime

try await RuntimeLoop(ReleaseStockHandler(store: LiveServices.fromEnvironment().store)).run()
