package import Time
package import TimeZones

/// When a schedule runs, as it is written: `at(…)`, `rate(…)` or `cron(…)`.
///
/// - Note: Sources: EventBridge Scheduler User Guide, "Schedule types"; EventBridge User Guide, "Setting a schedule
///   pattern for scheduled rules"; which expressions each service takes was recorded from AWS by LocalStack's tests.
package struct ScheduleExpression: Sendable {
    /// Whose expression it is: the two services read them differently.
    package enum Service: Sendable {
        /// `AWS::Events::Rule` and SAM's `Schedule`: no `at`, always UTC, `1 minute` and `2 minutes`.
        case eventBridgeRule
        /// `AWS::Scheduler::Schedule` and SAM's `ScheduleV2`.
        case scheduler
    }

    enum Timing: Sendable {
        case once(CivilDateTime)
        case every(Duration)
        case calendar(CronExpression)
    }

    package let text: String
    package let service: Service
    let timing: Timing
    private let zone: TimeZone

    /// - Parameters:
    ///   - text: at most 256 bytes.
    ///   - zone: in which `at` and `cron` are read; a rule's are in UTC.
    /// - Throws: ``ScheduleExpressionError`` in the service's words.
    package init(
        parsing text: String, for service: Service, in zone: TimeZone = .utc
    ) throws(ScheduleExpressionError) {
        guard text.utf8.count <= Self.bytesMax, let timing = Self.timing(text, service) else {
            throw ScheduleExpressionError(text: text, service: service)
        }
        self.text = text
        self.service = service
        self.timing = timing
        self.zone = service == .scheduler ? zone : .utc
    }

    package static let bytesMax = 256

    /// Runs a single time.
    package var isOneTime: Bool { if case .once = timing { true } else { false } }

    /// The first instant after `instant` at which the schedule runs; nil if there is none.
    ///
    /// Where clocks are put forward, a time that they skip is left out; where they are put back, a time that they show
    /// twice counts the first time. A rate is measured in seconds and knows no clocks.
    ///
    /// - Parameter anchor: from when a rate counts: the schedule's start, or its making. The Scheduler runs at once,
    ///   a rule first when the time has passed.
    package func next(after instant: Timestamp, anchor: Timestamp) -> Timestamp? {
        switch timing {
        case .once(let civil):
            guard let run = zone.instants(showing: civil).earliest, run > instant else { return nil }
            return run
        case .every(let period):
            let first = service == .scheduler ? anchor : anchor + period
            guard instant >= first else { return first }
            let passed = (instant - first).wholeMilliseconds / period.wholeMilliseconds + 1
            let (offset, overflow) = passed.multipliedReportingOverflow(by: period.wholeMilliseconds)
            return overflow ? nil : Timestamp(milliseconds: first.milliseconds + offset)
        case .calendar(let cron):
            // Civil times in order lead to instants in order: each counts the first time that clocks show it.
            var civil = zone.civil(at: instant)
            civil.second = 0
            while let candidate = cron.first(notBefore: civil) {
                if let run = zone.instants(showing: candidate).earliest, run > instant { return run }
                civil = CivilDateTime(secondsSince1970: candidate.secondsSince1970 + 60)
            }
            return nil
        }
    }

    private static func timing(_ text: String, _ service: Service) -> Timing? {
        guard text.hasSuffix(")"), let open = text.firstIndex(of: "(") else { return nil }
        let body = text[text.index(after: open)...].dropLast()
        switch text[..<open] {
        case "at" where service == .scheduler: return CivilDateTime(iso8601: String(body)).map(Timing.once)
        case "rate": return period(body, service).map(Timing.every)
        case "cron": return CronExpression(body).map(Timing.calendar)
        default: return nil
        }
    }

    /// `value unit`, one space between. The Scheduler takes either form of the unit whatever the value is.
    private static func period(_ body: Substring, _ service: Service) -> Duration? {
        let parts = body.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...periodDigitsMax).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ $0 &- 0x30 < 10 }), let value = Int64(parts[0]), value > 0
        else { return nil }
        let isPlural = parts[1].hasSuffix("s")
        guard service == .scheduler || isPlural == (value > 1) else { return nil }
        switch isPlural ? parts[1].dropLast() : parts[1] {
        case "minute": return .seconds(value * 60)
        case "hour": return .seconds(value * 3_600)
        case "day": return .seconds(value * 86_400)
        default: return nil
        }
    }

    /// A rate of more days than this many digits say lies past every calendar.
    private static let periodDigitsMax = 7
}

/// An expression that the service refuses.
package struct ScheduleExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package let service: ScheduleExpression.Service

    /// In AWS's words.
    package var description: String {
        switch service {
        case .scheduler: "Invalid Schedule Expression \(text)."
        case .eventBridgeRule: "Parameter ScheduleExpression is not valid."
        }
    }
}
