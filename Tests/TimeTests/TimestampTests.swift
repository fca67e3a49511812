import Testing
import Time

struct TimestampTests {
    /// Both ways.
    static let texts: [(Int64, String)] = [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (1, "1970-01-01T00:00:00.001Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"), (1_677_175_200_000, "2023-02-23T18:00:00.000Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"), (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"), (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (2_147_483_648_000, "2038-01-19T03:14:08.000Z"), (-2_147_483_649_000, "1901-12-13T20:45:51.000Z"),
    ]
    @Test(arguments: texts) func `writes and reads a text`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    /// Other spellings of an instant.
    static let spellings: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0), ("1970-01-01T00:00:00.5Z", 500),
        ("1970-01-01T00:00:00.05Z", 50), ("1970-01-01T00:00:00.0009Z", 0), ("1970-01-01T00:00:00.123456789Z", 123),
        ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:00:00-05:00", 0), ("1970-01-01T05:30:00.250+05:30", 250),
        ("1970-01-01T00:00:00+00:00", 0), ("1970-01-01T00:00:00-00:00", 0), ("1970-01-01T23:59:00+23:59", 0),
        ("1969-12-31T00:01:00-23:59", 0), ("2024-02-29T23:30:00-01:00", 1_709_253_000_000),
    ]
    @Test(arguments: spellings) func `reads every spelling`(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: [
        "", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "70-01-01T00:00:00Z",
        "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z",
        "1970-04-31T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "2016-12-31T23:59:60Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60",
        "1970-01-01T00:00:00+0000", "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00Z ", " 1970-01-01T00:00:00Z",
        "1970-1-1T00:00:00Z", "+1970-01-01T00:00:00Z", "1970-01-01T00:00:00,5Z", "1970-01-01T0a:00:00Z",
        "١٩٧٠-01-01T00:00:00Z",
    ])
    func `refuses what is no instant`(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test func `counts every day of eight hundred years once`() {
        var (year, month, day): (Int64, Int64, Int64) = (1600, 1, 1)
        let first = Timestamp.days(year: year, month: month, day: day)
        for days in first..<first + 2 * 146_097 {
            #expect(Timestamp.days(year: year, month: month, day: day) == days)
            #expect(Timestamp.civil(fromDays: days) == (year, month, day))
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length: Int64 = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test func `adds and subtracts durations`() {
        let noon = Timestamp(seconds: 43_200)
        #expect(noon.milliseconds == 43_200_000)
        #expect(noon + .milliseconds(1) == Timestamp(milliseconds: 43_200_001))
        #expect(noon - .seconds(1) == Timestamp(seconds: 43_199))
        #expect(noon + .microseconds(1_999) == Timestamp(milliseconds: 43_200_001))
        #expect(noon + .microseconds(-1_999) == Timestamp(milliseconds: 43_199_999))
        #expect(noon - Timestamp(milliseconds: 43_199_250) == .milliseconds(750))
        #expect(Timestamp(seconds: 1) - noon == .seconds(-43_199))
        #expect(Timestamp(seconds: 1) < noon && noon > Timestamp(milliseconds: 43_199_999))
    }

    static let seconds: [(Int64, Int64)] = [(0, 0), (999, 0), (1_000, 1), (-1, -1), (-1_000, -1), (-1_001, -2)]
    @Test(arguments: seconds) func `rounds seconds down`(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(milliseconds: milliseconds).secondsRoundedDown == seconds)
    }
}
