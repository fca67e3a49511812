import AWSServices
import Domain
import LambdaRuntime
import Machine

/// What schedules call.
func functions() throws(EnvironmentError) -> [VotingMoment: String] {
    [
        .reminder: try Environment.requiredText("REMINDER_FUNCTION"),
        .alert: try Environment.requiredText("ALERT_FUNCTION"),
        .count: try Environment.requiredText("COUNT_FUNCTION"),
    ]
}

func handler() throws(EnvironmentError) -> ScheduleVotingHandler {
    let services = try LiveServices.fromEnvironment()
    let functions = try functions()
    return ScheduleVotingHandler(
        store: services.store, scheduler: try services.scheduler(), messages: try services.queue("MESSAGE_QUEUE"),
        refunds: try services.queue("REFUND_QUEUE"), target: { functions[$0]! })
}

try await RuntimeLoop(handler()).run()
