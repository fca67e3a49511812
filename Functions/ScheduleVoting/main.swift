import AWSServices
import Domain
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> ScheduleVotingHandler {
    let services = try LiveServices.fromEnvironment()
    let reminder = try Environment.requiredText("REMINDER_FUNCTION")
    let alert = try Environment.requiredText("ALERT_FUNCTION")
    let count = try Environment.requiredText("COUNT_FUNCTION")
    return ScheduleVotingHandler(
        store: services.store, scheduler: try services.scheduler(), messages: try services.queue("MESSAGE_QUEUE"),
        refunds: try services.queue("REFUND_QUEUE"), deadLetters: try services.queue("UNPROCESSED_EVENTS")
    ) { moment in
        switch moment {
        case .reminder: reminder
        case .alert: alert
        case .count: count
        }
    }
}

try await RuntimeLoop(handler()).run()
