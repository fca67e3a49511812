import JSON
import Routing
import Time
import TimeZones

/// What a schedule does and when, checked.
///
/// - Note: Source: EventBridge Scheduler API Reference, CreateSchedule.
struct ScheduleDefinition {
    let expression: ScheduleExpression
    let zoneName: String
    let startDate: Timestamp?
    let endDate: Timestamp?
    let window: FlexibleTimeWindow
    let isEnabled: Bool
    let deletesAfterCompletion: Bool
    let target: ScheduleTarget
    /// The parameters of the call less what names the schedule, with every default in its place.
    let json: JSONObject

    private static let states = ["ENABLED", "DISABLED"]
    /// - Note: Source: the service's own answer to an earlier date.
    private static let startAgeMax = Duration.seconds(300)

    /// - Parameter now: nil if the dates may lie in the past, as those of what was made before.
    init(_ input: ModelInput, now: Timestamp?) throws(ServiceFault) {
        let text = try input.requireText(
            "ScheduleExpression", ModelInput.TextConstraint(lengths: 1...ScheduleExpression.bytesMax))
        zoneName =
            try input.text("ScheduleExpressionTimezone", ModelInput.TextConstraint(lengths: 1...50))
            ?? TimeZone.utc.name
        expression = try Self.expression(text, in: zoneName)
        startDate = try input.instant("StartDate")
        endDate = try input.instant("EndDate")
        try Self.check(startDate, endDate, now: now)
        let window = try input.requireStructure("FlexibleTimeWindow")
        self.window = try Self.window(window)
        isEnabled = try input.text("State", oneOf: Self.states) != "DISABLED"
        deletesAfterCompletion = try input.text("ActionAfterCompletion", oneOf: ["NONE", "DELETE"]) == "DELETE"
        target = try ScheduleTarget(input.requireStructure("Target"))
        var json: JSONObject = [
            "ScheduleExpression": .string(text), "ScheduleExpressionTimezone": .string(zoneName),
            "State": .string(isEnabled ? "ENABLED" : "DISABLED"), "FlexibleTimeWindow": window.value,
            "ActionAfterCompletion": .string(deletesAfterCompletion ? "DELETE" : "NONE"), "Target": target.json,
        ]
        json["Description"] = try input.text("Description", ModelInput.TextConstraint(lengths: 0...512))
            .map { .string($0) }
        json["StartDate"] = startDate?.jsonSeconds
        json["EndDate"] = endDate?.jsonSeconds
        json["KmsKeyArn"] = try input.text("KmsKeyArn").map { .string($0) }
        self.json = json
    }

    /// When it runs.
    ///
    /// - Parameters:
    ///   - anchor: when it was made or changed.
    ///   - seed: picks the moments within a flexible window.
    func schedule(anchor: Timestamp, seed: UInt64) -> Schedule {
        Schedule(
            expression, createdAt: anchor, startDate: startDate, endDate: endDate, window: window, seed: seed)
    }

    private static func expression(_ text: String, in zoneName: String) throws(ServiceFault) -> ScheduleExpression {
        let zone: TimeZone
        do throws(TimeZoneError) {
            zone = try TimeZone.named(zoneName)
        } catch {
            throw .validation("Invalid ScheduleExpressionTimezone \(zoneName). \(error.description)")
        }
        do throws(ScheduleExpressionError) {
            return try ScheduleExpression(parsing: text, for: .scheduler, in: zone)
        } catch {
            throw .validation(error.description)
        }
    }

    private static func check(
        _ startDate: Timestamp?, _ endDate: Timestamp?, now: Timestamp?
    ) throws(ServiceFault) {
        if let startDate, let endDate, endDate <= startDate {
            throw .validation("The EndDate you specify must come after the StartDate.")
        }
        guard let now else { return }
        if let startDate, startDate < now - startAgeMax {
            throw .validation("The StartDate you specify cannot be earlier than 5 minutes ago.")
        }
        if let endDate, endDate < now { throw .validation("The EndDate you specify cannot be in the past.") }
    }

    private static func window(_ input: ModelInput) throws(ServiceFault) -> FlexibleTimeWindow {
        let mode = try input.text("Mode", oneOf: ["OFF", "FLEXIBLE"])
        let minutes = try input.integer(
            "MaximumWindowInMinutes", in: 1...Int(FlexibleTimeWindow.minutesMax)
        ).map { Int64($0) }
        do throws(FlexibleTimeWindowError) {
            return try FlexibleTimeWindow(mode: mode ?? "", maximumWindowInMinutes: minutes)
        } catch {
            throw .validation(error.description)
        }
    }
}
