import Testing
import Time
import TimeZones

/// Instants and offsets agree with Python's zoneinfo on the same database.
struct OffsetTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var zone: String, instant: String, offset: Int64
        init(_ zone: String, _ instant: String, _ offset: Int64) {
            (self.zone, self.instant, self.offset) = (zone, instant, offset)
        }
        var testDescription: String { "\(zone) at \(instant)" }
    }
    static let rows = [
        Row("UTC", "2026-06-01T00:00:00Z", 0), Row("Etc/UTC", "2026-06-01T00:00:00Z", 0),
        Row("Europe/Berlin", "2026-01-15T12:00:00Z", 3_600), Row("Europe/Berlin", "2026-07-15T12:00:00Z", 7_200),
        // Both edges of a change, in the table and by the rule past it.
        Row("Europe/Berlin", "2026-03-29T00:59:59Z", 3_600), Row("Europe/Berlin", "2026-03-29T01:00:00Z", 7_200),
        Row("Europe/Berlin", "2026-10-25T00:59:59Z", 7_200), Row("Europe/Berlin", "2026-10-25T01:00:00Z", 3_600),
        Row("Europe/Berlin", "2150-03-29T00:59:59Z", 3_600), Row("Europe/Berlin", "2150-03-29T01:00:00Z", 7_200),
        Row("Europe/Berlin", "2199-10-27T00:59:59Z", 7_200), Row("Europe/Berlin", "2199-10-27T01:00:00Z", 3_600),
        // Local mean time to the second, and double summer time.
        Row("Europe/Berlin", "1880-01-01T00:00:00Z", 3_208), Row("Europe/Berlin", "1945-06-01T00:00:00Z", 10_800),
        Row("America/New_York", "2026-03-08T06:59:59Z", -18_000),
        Row("America/New_York", "2026-03-08T07:00:00Z", -14_400),
        Row("America/New_York", "2026-11-01T05:59:59Z", -14_400),
        Row("America/New_York", "2026-11-01T06:00:00Z", -18_000),
        Row("America/New_York", "2100-07-01T00:00:00Z", -14_400),
        Row("America/New_York", "1870-01-01T00:00:00Z", -17_762),
        // The southern summer spans the new year.
        Row("Australia/Sydney", "2026-01-01T00:00:00Z", 39_600),
        Row("Australia/Sydney", "2026-07-01T00:00:00Z", 36_000),
        Row("Australia/Sydney", "2100-12-31T23:59:59Z", 39_600),
        Row("Australia/Sydney", "2101-01-01T00:00:00Z", 39_600),
        Row("Australia/Sydney", "2100-06-01T00:00:00Z", 36_000),
        // Half an hour of summer time.
        Row("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 39_600),
        Row("Australia/Lord_Howe", "2026-07-01T00:00:00Z", 37_800),
        Row("Australia/Lord_Howe", "2150-07-01T00:00:00Z", 37_800),
        Row("Australia/Lord_Howe", "2150-12-01T00:00:00Z", 39_600),
        // Half and quarter hours.
        Row("Asia/Kolkata", "2026-06-01T00:00:00Z", 19_800), Row("Asia/Kathmandu", "2026-06-01T00:00:00Z", 20_700),
        Row("America/St_Johns", "2026-01-01T00:00:00Z", -12_600),
        Row("Pacific/Chatham", "2026-01-01T00:00:00Z", 49_500),
        Row("Pacific/Kiritimati", "2026-01-01T00:00:00Z", 50_400), Row("Etc/GMT+12", "2026-01-01T00:00:00Z", -43_200),
        // A day that was left out, and summer time that is winter time.
        Row("Pacific/Apia", "2011-12-30T09:59:59Z", -36_000), Row("Pacific/Apia", "2011-12-30T10:00:00Z", 50_400),
        Row("Europe/Dublin", "2026-01-01T00:00:00Z", 0), Row("Europe/Dublin", "2150-07-01T00:00:00Z", 3_600),
        Row("America/Nuuk", "2150-07-01T00:00:00Z", -3_600), Row("Africa/Casablanca", "2026-03-01T00:00:00Z", 0),
    ]
    @Test(arguments: rows) func `tells the offset`(row: Row) throws {
        let instant = try #require(Timestamp(rfc3339: row.instant))
        #expect(try TimeZone.named(row.zone).offset(at: instant) == row.offset)
    }

    @Test func `shows the civil time of an instant before the second is full`() throws {
        let zone = try TimeZone.named("Asia/Kolkata")
        #expect(zone.civil(at: Timestamp(milliseconds: -1)) == CivilDateTime(1970, 1, 1, 5, 29, 59))
        #expect(zone.civil(at: Timestamp(milliseconds: 999)) == CivilDateTime(1970, 1, 1, 5, 30, 0))
    }
}
