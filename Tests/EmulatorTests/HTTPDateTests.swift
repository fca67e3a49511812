import Emulator
import Testing
import Time

struct HTTPDateTests {
    /// The first is RFC 9110's own; the others are what `date -u` says.
    @Test(arguments: [
        ("1994-11-06T08:49:37.999Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ("2024-02-29T12:00:00Z", "Thu, 29 Feb 2024 12:00:00 GMT"),
    ]) func `is written as HTTP has it`(time: String, text: String) throws {
        #expect(HTTPDate().text(at: try #require(Timestamp(rfc3339: time))) == text)
    }

    @Test func `goes on with the seconds`() {
        let date = HTTPDate()
        let texts = [0, 999, 1_000, 500, 1_999].map { date.text(at: Timestamp(milliseconds: $0)).suffix(6) }
        #expect(texts == ["00 GMT", "00 GMT", "01 GMT", "00 GMT", "01 GMT"])
    }
}
