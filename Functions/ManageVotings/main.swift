import AWSServices
import Handling
import LambdaRuntime
import Machine

try await RuntimeLoop(
    ManageVotingsHandler(
        store: LiveServices.fromEnvironment().store, openVotingsMax: Environment.requiredCount("OPEN_VOTINGS_MAX"),
        zoneDirectory: VotingClock.zoneDirectory())
).run()
