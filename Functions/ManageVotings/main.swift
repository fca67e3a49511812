import AWSServices
import Handling
import LambdaRuntime

try await RuntimeLoop(
    ManageVotingsHandler(
        store: LiveServices.fromEnvironment().store, openVotingsMax: FunctionEnvironment.count("OPEN_VOTINGS_MAX"))
).run()
