import HTTPTransport
import JSON
package import Services
import Time

/// One group of schedules on EventBridge Scheduler, or on whatever speaks its protocol.
///
/// - Note: Source: Amazon EventBridge Scheduler API Reference, CreateSchedule, UpdateSchedule, DeleteSchedule; User
///   Guide, "Schedule types".
package struct EventBridgeScheduler: Scheduler {
    /// Makings and changings in turn, while others remove and make the same schedule.
    private static let turnsMax = 3

    private let endpoint: ServiceEndpoint
    private let group: String
    private let roleARN: String
    private let deadLettersARN: String
    private let retries: RetryPolicy

    /// - Parameters:
    ///   - group: the schedule group's name.
    ///   - roleARN: the role that the scheduler takes on to call a target.
    ///   - deadLettersARN: the queue of the calls that it gives up.
    package init(
        endpoint: ServiceEndpoint, group: String, roleARN: String, deadLettersARN: String,
        retries: RetryPolicy = RetryPolicy()
    ) {
        self.endpoint = endpoint
        self.group = group
        self.roleARN = roleARN
        self.deadLettersARN = deadLettersARN
        self.retries = retries
    }

    package func put(_ schedule: OneTimeSchedule) async throws(ServiceError) {
        let body = request(schedule)
        for turn in 1...Self.turnsMax {
            switch try await call("CreateSchedule", .init(method: .post, path: path(schedule.name), body: body)) {
            case .success: return
            case .refused("ConflictException", _): break
            case .refused(let error, let answer): throw .rejection("CreateSchedule", error, answer)
            }
            switch try await call("UpdateSchedule", .init(method: .put, path: path(schedule.name), body: body)) {
            case .success: return
            // Carried out and gone, or removed, since it was found.
            case .refused("ResourceNotFoundException", _) where turn < Self.turnsMax: break
            case .refused(let error, let answer): throw .rejection("UpdateSchedule", error, answer)
            }
        }
    }

    package func delete(_ name: String) async throws(ServiceError) {
        let call = ServiceEndpoint.Call(method: .delete, path: path(name), query: [("groupName", group)])
        switch try await self.call("DeleteSchedule", call) {
        case .success, .refused("ResourceNotFoundException", _): return
        case .refused(let error, let answer): throw .rejection("DeleteSchedule", error, answer)
        }
    }

    private func call(_ operation: String, _ call: ServiceEndpoint.Call) async throws(ServiceError) -> CallAnswer {
        var call = call
        if !call.body.isEmpty { call.headers = [("Content-Type", "application/json")] }
        return try await retries.answer(to: operation) { endpoint.send(call) }
    }

    private func path(_ name: String) -> String { "/schedules/" + name }

    private func request(_ schedule: OneTimeSchedule) -> [UInt8] {
        var request = RequestWriter()
        request.object {
            $0.member("GroupName", group)
            $0.member("ScheduleExpression", "at(\(Self.text(of: schedule.at)))")
            $0.member("ScheduleExpressionTimezone", "UTC")
            $0.member("ActionAfterCompletion", "DELETE")
            $0.name("FlexibleTimeWindow")
            $0.object { $0.member("Mode", "OFF") }
            $0.name("Target")
            $0.object {
                $0.member("Arn", schedule.target)
                $0.member("RoleArn", roleARN)
                $0.member("Input", schedule.input)
                $0.name("DeadLetterConfig")
                $0.object { $0.member("Arn", deadLettersARN) }
            }
        }
        return request.bytes
    }

    /// `2023-02-23T18:00:00`, the next whole second.
    private static func text(of instant: Timestamp) -> String {
        let second = Timestamp(seconds: (instant + .milliseconds(999)).secondsRoundedDown)
        return String(second.description.prefix(19))
    }
}
