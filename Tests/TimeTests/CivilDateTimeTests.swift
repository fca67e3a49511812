import Testing
import Time

struct CivilDateTimeTests {
    static let rows: [(CivilDateTime, Int64, Weekday)] = [
        (CivilDateTime(1970, 1, 1), 0, .thursday), (CivilDateTime(1969, 12, 31, 23, 59, 59), -1, .wednesday),
        (CivilDateTime(2000, 2, 29, 12, 30, 15), 951_827_415, .tuesday),
        (CivilDateTime(2026, 3, 1), 1_772_323_200, .sunday), (CivilDateTime(1900, 1, 1), -2_208_988_800, .monday),
        (CivilDateTime(2199, 12, 31, 23, 59, 59), 7_258_118_399, .tuesday),
        (CivilDateTime(1582, 10, 15), -12_219_292_800, .friday), (CivilDateTime(2026, 2, 28), 1_772_236_800, .saturday),
    ]
    @Test(arguments: rows) func `counts seconds both ways and knows the weekday`(
        civil: CivilDateTime, seconds: Int64, weekday: Weekday
    ) {
        #expect(civil.secondsSince1970 == seconds)
        #expect(CivilDateTime(secondsSince1970: seconds) == civil)
        #expect(Weekday(ofDays: Timestamp.days(year: civil.year, month: civil.month, day: civil.day)) == weekday)
    }

    @Test func `reads date and time without a zone`() {
        #expect(CivilDateTime(iso8601: "2024-02-29T23:30:07") == CivilDateTime(2024, 2, 29, 23, 30, 7))
    }

    @Test(arguments: [
        "", "2023-02-29T00:00:00", "2024-02-29", "2024-02-29T23:30", "2024-02-29T23:30:00Z", "2024-02-29T24:00:00",
        "2024-02-29T23:60:00", "2024-02-29 23:30:00", "2024-13-01T00:00:00", "2024-01-01T00:00+0000",
        "2024-02-29T23:30:00.5",
    ]) func `refuses what names no date and time`(text: String) { #expect(CivilDateTime(iso8601: text) == nil) }
}
