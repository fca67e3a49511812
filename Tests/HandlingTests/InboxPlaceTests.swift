import Domain
import Handling
import Testing
import Time

struct InboxPlaceTests {
    @Test(arguments: ["UPDATE#46b2b465dd3aad1c0960a84c#1", "REMINDER#drink#2", "é"])
    func `a cursor leads back to its place`(id: String) throws {
        let place = InboxPlace(sentAt: Timestamp(milliseconds: 1_677_173_402_001), messageID: id)
        #expect(InboxPlace(cursor: place.cursor) == place)
    }

    /// No hexadecimal digits; half a byte; no UTF-8; without a time; without an id; a time that is no number; too long.
    @Test(arguments: [
        "", "x", "313", "3123ff", "2361", "3123", "31", "7823", String(repeating: "31", count: 601),
    ]) func `what is no cursor leads nowhere`(text: String) {
        #expect(InboxPlace(cursor: text) == nil)
    }
}
