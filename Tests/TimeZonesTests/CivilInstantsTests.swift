import Testing
import Time
import TimeZones

struct CivilInstantsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var zone: String, civil: String, instants: [String]
        init(_ zone: String, _ civil: String, _ instants: String...) {
            (self.zone, self.civil, self.instants) = (zone, civil, instants)
        }
        var testDescription: String { "\(zone) \(civil)" }
    }
    static let rows = [
        Row("Europe/Berlin", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        Row("Europe/Berlin", "2026-03-29T02:00:00"),
        Row("Europe/Berlin", "2026-03-29T02:59:59"),
        Row("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        Row("Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z"),
        Row("Europe/Berlin", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"),
        Row("Europe/Berlin", "2026-10-25T02:59:59", "2026-10-25T00:59:59Z", "2026-10-25T01:59:59Z"),
        Row("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        Row("Europe/Berlin", "2150-03-29T02:30:00"),
        Row("Europe/Berlin", "2150-10-25T02:30:00", "2150-10-25T00:30:00Z", "2150-10-25T01:30:00Z"),
        Row("America/New_York", "2026-03-08T02:30:00"),
        Row("America/New_York", "2026-03-08T03:00:00", "2026-03-08T07:00:00Z"),
        Row("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"),
        Row("America/New_York", "2100-03-14T02:30:00"),
        Row("Australia/Lord_Howe", "2026-10-04T01:59:59", "2026-10-03T15:29:59Z"),
        Row("Australia/Lord_Howe", "2026-10-04T02:00:00"), Row("Australia/Lord_Howe", "2026-10-04T02:29:59"),
        Row("Australia/Lord_Howe", "2026-10-04T02:30:00", "2026-10-03T15:30:00Z"),
        Row("Australia/Lord_Howe", "2026-04-05T01:29:59", "2026-04-04T14:29:59Z"),
        Row("Australia/Lord_Howe", "2026-04-05T01:30:00", "2026-04-04T14:30:00Z", "2026-04-04T15:00:00Z"),
        Row("Australia/Lord_Howe", "2026-04-05T02:00:00", "2026-04-04T15:30:00Z"),
        Row("Pacific/Apia", "2011-12-30T12:00:00"), Row("Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"),
        Row("Asia/Kathmandu", "2026-06-01T05:45:00", "2026-06-01T00:00:00Z"),
        Row("Europe/Berlin", "1850-01-01T00:53:28", "1850-01-01T00:00:00Z"),
        Row("UTC", "2026-03-29T02:30:00", "2026-03-29T02:30:00Z"),
    ]
    @Test(arguments: rows) func `finds the instants at which a clock shows a time`(row: Row) throws {
        let expected = try row.instants.map { try #require(Timestamp(rfc3339: $0)) }
        let civil = try #require(CivilDateTime(iso8601: row.civil))
        let found = try TimeZone.named(row.zone).instants(showing: civil)
        switch found {
        case .gap: #expect(expected == [])
        case .plain(let instant): #expect(expected == [instant])
        case .overlap(let earlier, let later): #expect(expected == [earlier, later])
        }
        #expect(found.earliest == expected.first)
    }

    /// Every half hour of some years in and past the table.
    @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Nuuk"])
    func `finds every instant again`(name: String) throws {
        let zone = try TimeZone.named(name)
        for year: Int64 in [2026, 2090] {
            let start = CivilDateTime(year, 1, 1).secondsSince1970
            for halfHour: Int64 in 0..<366 * 48 {
                let instant = Timestamp(seconds: start + halfHour * 1_800)
                switch zone.instants(showing: zone.civil(at: instant)) {
                case .gap: Issue.record("\(instant) is lost")
                case .plain(let found): #expect(found == instant)
                case .overlap(let earlier, let later):
                    #expect(earlier < later && (instant == earlier || instant == later))
                }
            }
        }
    }
}
