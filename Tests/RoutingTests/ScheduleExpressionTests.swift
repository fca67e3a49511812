import Routing
import Testing
import Time
import TimeZones

struct ScheduleExpressionTests {
    /// Expressions that only one of the services takes, that both do, and that neither does.
    static let accepted: [(String, rule: Bool, scheduler: Bool)] = [
        ("rate(1 minute)", true, true), ("rate(5 minutes)", true, true), ("rate(1 hour)", true, true),
        ("rate(12 hours)", true, true), ("rate(1 day)", true, true), ("rate(7 days)", true, true),
        ("rate(9999999 days)", true, true), ("rate(1 minutes)", false, true), ("rate(1 hours)", false, true),
        ("rate(1 days)", false, true), ("rate(10 minute)", false, true), ("rate(10 hour)", false, true),
        ("rate(10 day)", false, true), ("at(2022-12-31T23:59:59)", false, true),
        ("cron(0 2 ? * SAT *)", true, true), ("cron(0 12 * * ? *)", true, true), ("cron(5,35 14 * * ? *)", true, true),
        ("cron(15 10 ? * 6L 2002-2005)", true, true), ("cron(0 2 ? * SAT#3 *)", true, true),
        ("cron(0/5 5 ? JAN 1-5 2022)", true, true), ("cron(0 18 ? * MON-FRI *)", true, true),
        ("cron(0 18 ? * mon-fri *)", true, true), ("cron(0/5 8-17 ? * MON-FRI *)", true, true),
        ("cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)", true, true), ("cron(30-30 13-13 ? * 2,4,6 *)", true, true),
        ("cron(1-31/30 1-1 ? * 1,7 *)", true, true), ("cron(*/15 * * * ? *)", true, true),
        ("cron(0-59/10 0-23/2 ? * * *)", true, true), ("cron(0 8 L * ? *)", true, true),
        ("cron(0 8 15W * ? *)", true, true), ("cron(0 8 LW * ? *)", true, true), ("cron(0 8 ? * L *)", true, true),
        ("cron(0 8 ? * FRIL *)", true, true), ("cron(0 8 1,15,L * ? *)", false, false),
        ("cron(0/60 * * * ? *)", true, true), ("cron(0  8 1 * ? *)", true, true),
        ("cron(0 8 1 * ? 1970-2199/4)", true, true),
        // Neither.
        ("", false, false), ("rate(5 minutes", false, false), ("rate 5 minutes", false, false),
        ("rate()", false, false),
        ("rate(10)", false, false), ("rate(10 seconds)", false, false), ("rate(10 years)", false, false),
        ("rate(10 minutess)", false, false), ("rate(foo minutes)", false, false), ("rate(0 minutes)", false, false),
        ("rate(-10 minutes)", false, false), ("rate(+10 minutes)", false, false), ("rate(10 MINUTES)", false, false),
        ("rate( 10 minutes )", false, false), (" rate(10 minutes)", false, false), ("rate(10  minutes)", false, false),
        ("rate(10 minutes) ", false, false), ("rate(1.5 hours)", false, false), ("rate(10000000 days)", false, false),
        ("at(2021-12-31T23:59:59Z)", false, false), ("at(2021-12-31)", false, false),
        ("at(2021-02-29T00:00:00)", false, false),
        ("at( 2021-12-31T23:59:59)", false, false), ("cron()", false, false), ("cron(INVALID)", false, false),
        ("cron(0 1 * * * *)", false, false), ("cron(0 1 ? * ? *)", false, false),
        ("cron(7 20 * * NOT *)", false, false),
        ("cron(0 dummy ? * MON-FRI *)", false, false), ("cron(71 8 1 * ? *)", false, false),
        ("cron(0 24 1 * ? *)", false, false), ("cron(0 8 0 * ? *)", false, false), ("cron(0 8 32 * ? *)", false, false),
        ("cron(0 8 1 0 ? *)", false, false), ("cron(0 8 1 13 ? *)", false, false), ("cron(0 8 ? * 0 *)", false, false),
        ("cron(0 8 ? * 8 *)", false, false), ("cron(0 8 1 * ? 1969)", false, false),
        ("cron(0 8 1 * ? 2200)", false, false),
        ("cron(0 8 1 * ?)", false, false), ("cron(0 8 1 * ? * *)", false, false),
        ("cron(0 8 ? * MON#6 *)", false, false),
        ("cron(0 8 ? * MON#0 *)", false, false), ("cron(0 8 ? * 3#1,6#3 *)", false, false),
        ("cron(0 8 ? * 2/2 *)", false, false),
        ("cron(0 8 32W * ? *)", false, false), ("cron(0 8 W * ? *)", false, false),
        ("cron(0 8 1-5W * ? *)", false, false),
        ("cron(? 8 1 * ? *)", false, false), ("cron(0,,5 8 1 * ? *)", false, false),
        ("cron(5- 8 1 * ? *)", false, false),
        ("cron(30-10 8 1 * ? *)", false, false), ("cron(0/0 8 1 * ? *)", false, false),
        ("cron(/5 8 1 * ? *)", false, false),
        ("cron(0/5/5 8 1 * ? *)", false, false), ("cron( 0 8 1 * ? *)", false, false),
        ("cron(0 8 1 * ? * )", false, false),
        ("CRON(0 8 1 * ? *)", false, false), ("cron(0 8 1 * ? *", false, false), ("cron(-1 8 1 * ? *)", false, false),
        ("cron(\(String(repeating: "1,", count: 130))1 8 1 * ? *)", false, false),
    ]
    @Test(arguments: accepted) func `takes what the service takes, and refuses in its words`(
        text: String, rule: Bool, scheduler: Bool
    ) {
        func refusal(_ service: ScheduleExpression.Service) -> String? {
            do {
                _ = try ScheduleExpression(parsing: text, for: service)
                return nil
            } catch { return error.description }
        }
        #expect(refusal(.eventBridgeRule) == (rule ? nil : "Parameter ScheduleExpression is not valid."))
        #expect(refusal(.scheduler) == (scheduler ? nil : "Invalid Schedule Expression \(text)."))
    }

    struct Run: Sendable, CustomTestStringConvertible {
        var expression: String, zone: String, after: String, next: [String]
        init(_ expression: String, _ zone: String = "UTC", after: String, _ next: String...) {
            (self.expression, self.zone, self.after, self.next) = (expression, zone, after, next)
        }
        var testDescription: String { "\(expression) in \(zone) after \(after)" }
    }
    /// The runs after an instant, and nil where there are fewer than three.
    static let runs = [
        Run(
            "cron(0 12 * * ? *)", after: "2026-02-28T11:59:59.999Z", "2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z",
            "2026-03-02T12:00:00Z"),
        Run(
            "cron(0 12 * * ? *)", after: "2026-02-28T12:00:00Z", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z",
            "2026-03-03T12:00:00Z"),
        Run(
            "cron(0 12 * * ? *)", after: "2026-02-28T12:00:00.001Z", "2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z",
            "2026-03-03T12:00:00Z"),
        Run(
            "cron(* * * * ? *)", after: "2026-12-31T23:58:30Z", "2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z",
            "2027-01-01T00:01:00Z"),
        Run(
            "cron(5,35 14 * * ? *)", after: "2026-01-01T14:05:00Z", "2026-01-01T14:35:00Z", "2026-01-02T14:05:00Z",
            "2026-01-02T14:35:00Z"),
        // An hour later the minutes begin anew.
        Run(
            "cron(5,35 14 * * ? *)", after: "2026-01-01T12:20:00Z", "2026-01-01T14:05:00Z", "2026-01-01T14:35:00Z",
            "2026-01-02T14:05:00Z"),
        Run(
            "cron(1/29 0 * * ? *)", after: "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z", "2026-01-01T00:30:00Z",
            "2026-01-01T00:59:00Z"),
        Run(
            "cron(0/60 * * * ? *)", after: "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z",
            "2026-01-01T03:00:00Z"),
        Run(
            "cron(15 10 ? * 6L 2002-2005)", after: "2005-10-28T10:15:00Z", "2005-11-25T10:15:00Z",
            "2005-12-30T10:15:00Z"),
        Run(
            "cron(0 2 ? * SAT#3 *)", after: "2026-01-01T00:00:00Z", "2026-01-17T02:00:00Z", "2026-02-21T02:00:00Z",
            "2026-03-21T02:00:00Z"),
        // A fifth Friday, which most months lack.
        Run(
            "cron(0 0 ? * FRI#5 *)", after: "2026-01-31T00:00:00Z", "2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z",
            "2026-10-30T00:00:00Z"),
        Run(
            "cron(0 0 L * ? *)", after: "2028-01-31T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z",
            "2028-04-30T00:00:00Z"),
        Run(
            "cron(0 0 LW * ? *)", after: "2026-01-31T00:00:00Z", "2026-02-27T00:00:00Z", "2026-03-31T00:00:00Z",
            "2026-04-30T00:00:00Z"),
        Run(
            "cron(0 0 LW * ? *)", after: "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z", "2026-06-30T00:00:00Z",
            "2026-07-31T00:00:00Z"),
        // Saturday 1 August goes to Monday 3, Saturday 15 to Friday 14, Sunday 15 to Monday 16, Sunday 31 to Friday 29.
        Run(
            "cron(0 0 1W 8 ? *)", after: "2026-07-01T00:00:00Z", "2026-08-03T00:00:00Z", "2027-08-02T00:00:00Z",
            "2028-08-01T00:00:00Z"),
        Run(
            "cron(0 0 15W * ? *)", after: "2026-08-01T00:00:00Z", "2026-08-14T00:00:00Z", "2026-09-15T00:00:00Z",
            "2026-10-15T00:00:00Z"),
        Run(
            "cron(0 0 15W * ? *)", after: "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z", "2026-12-15T00:00:00Z",
            "2027-01-15T00:00:00Z"),
        Run(
            "cron(0 0 31W * ? *)", after: "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z",
            "2026-08-31T00:00:00Z"),
        Run(
            "cron(0 0 ? * L *)", after: "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-10T00:00:00Z",
            "2026-01-17T00:00:00Z"),
        Run(
            "cron(0 0 ? * 1,7 *)", after: "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-10T00:00:00Z",
            "2026-01-11T00:00:00Z"),
        Run(
            "cron(0 0 29 2 ? *)", after: "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z", "2108-02-29T00:00:00Z",
            "2112-02-29T00:00:00Z"),
        Run("cron(0 0 31 2 ? *)", after: "1970-01-01T00:00:00Z"),
        Run("cron(0 0 1 1 ? 2199)", after: "2026-01-01T00:00:00Z", "2199-01-01T00:00:00Z"),
        Run("cron(0 0 1 1 ? 2024)", after: "2024-01-01T00:00:00Z"),
        Run("cron(0 0 1 1 ? 1970)", after: "1960-06-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        Run(
            "cron(0 0 1 JAN,JUL ? 2026/2)", after: "2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z",
            "2028-01-01T00:00:00Z", "2028-07-01T00:00:00Z"),
        // Clocks: forward over 02:30 (left out), back over it (the first counts), and not minding either.
        Run(
            "cron(30 2 * * ? *)", "Europe/Berlin", after: "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z",
            "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"),
        Run(
            "cron(30 2 * * ? *)", "Europe/Berlin", after: "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"),
        Run(
            "cron(30 2 * * ? *)", "Europe/Berlin", after: "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z",
            "2026-10-27T01:30:00Z", "2026-10-28T01:30:00Z"),
        Run(
            "cron(0/30 * * * ? *)", "Europe/Berlin", after: "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z",
            "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"),
        // Asked in the second of the two hours.
        Run(
            "cron(0/30 * * * ? *)", "Europe/Berlin", after: "2026-10-25T01:10:00Z", "2026-10-25T02:00:00Z",
            "2026-10-25T02:30:00Z", "2026-10-25T03:00:00Z"),
        Run(
            "cron(0/30 * * * ? *)", "Europe/Berlin", after: "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z",
            "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"),
        Run(
            "cron(30 2 * * ? *)", "America/New_York", after: "2026-03-07T12:00:00Z", "2026-03-09T06:30:00Z",
            "2026-03-10T06:30:00Z", "2026-03-11T06:30:00Z"),
        Run(
            "cron(30 1 * * ? *)", "America/New_York", after: "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z",
            "2026-11-02T06:30:00Z", "2026-11-03T06:30:00Z"),
        Run(
            "cron(15 2 * * ? *)", "Australia/Lord_Howe", after: "2026-10-03T00:00:00Z", "2026-10-04T15:15:00Z",
            "2026-10-05T15:15:00Z", "2026-10-06T15:15:00Z"),
        Run(
            "cron(45 1 * * ? *)", "Australia/Lord_Howe", after: "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z",
            "2026-04-05T15:15:00Z", "2026-04-06T15:15:00Z"),
        Run(
            "cron(0 9 ? * MON-FRI *)", "Asia/Kolkata", after: "2026-01-02T03:30:00Z", "2026-01-05T03:30:00Z",
            "2026-01-06T03:30:00Z", "2026-01-07T03:30:00Z"),
        // A day that Samoa left out.
        Run("cron(* * 30 12 ? 2011)", "Pacific/Apia", after: "2011-12-01T00:00:00Z"),
        Run("at(2026-07-01T09:00:30)", "Europe/Berlin", after: "2026-07-01T07:00:29Z", "2026-07-01T07:00:30Z"),
        Run("at(2026-07-01T09:00:30)", "Europe/Berlin", after: "2026-07-01T07:00:30Z"),
        Run("at(2026-03-29T02:30:00)", "Europe/Berlin", after: "2026-01-01T00:00:00Z"),
        Run("at(2026-10-25T02:30:00)", "Europe/Berlin", after: "2026-01-01T00:00:00Z", "2026-10-25T00:30:00Z"),
    ]
    @Test(arguments: runs) func `finds the next runs`(row: Run) throws {
        let expression = try ScheduleExpression(parsing: row.expression, for: .scheduler, in: .named(row.zone))
        var instant = try #require(Timestamp(rfc3339: row.after))
        var found: [Timestamp] = []
        while found.count < 3, let next = expression.next(after: instant, anchor: instant) {
            found.append(next)
            instant = next
        }
        #expect(found == row.next.compactMap { Timestamp(rfc3339: $0) })
    }

    @Test func `counts a rate from its anchor`() throws {
        let rule = try ScheduleExpression(parsing: "rate(1 day)", for: .eventBridgeRule)
        let scheduler = try ScheduleExpression(parsing: "rate(1 day)", for: .scheduler, in: .named("Europe/Berlin"))
        let anchor = try #require(Timestamp(rfc3339: "2026-03-28T12:00:30Z"))
        let day = Duration.seconds(86_400)
        // Across the change of clocks a day has its 24 hours.
        #expect(rule.next(after: anchor, anchor: anchor) == anchor + day)
        #expect(rule.next(after: anchor + day, anchor: anchor) == anchor + day + day)
        #expect(scheduler.next(after: anchor - .milliseconds(1), anchor: anchor) == anchor)
        #expect(scheduler.next(after: anchor - .seconds(9), anchor: anchor) == anchor)
        #expect(scheduler.next(after: anchor, anchor: anchor) == anchor + day)
        #expect(scheduler.next(after: anchor + day - .milliseconds(1), anchor: anchor) == anchor + day)
        #expect(scheduler.next(after: anchor + day, anchor: anchor) == anchor + day + day)
    }

    @Test func `reads a rule in UTC whatever zone there is`() throws {
        let rule = try ScheduleExpression(
            parsing: "cron(0 9 * * ? *)", for: .eventBridgeRule, in: .named("Asia/Kolkata"))
        let start = Timestamp(seconds: 0)
        #expect(rule.next(after: start, anchor: start) == Timestamp(rfc3339: "1970-01-01T09:00:00Z"))
    }
}
