import Routing
import Testing
import Time

struct BatchWindowTests {
    static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    @Test func `nothing is due without records`() {
        #expect(BatchWindow(countMax: 10, window: .zero).due == nil)
    }

    @Test func `without a window the first record is due at once`() {
        var window = BatchWindow(countMax: 10, window: .zero)
        window.add(100, at: Self.at(5))
        #expect(window.due == Self.at(5))
    }

    @Test func `the window begins with the first record and ends early when the batch is full`() {
        var window = BatchWindow(countMax: 3, window: .seconds(20))
        window.add(100, at: Self.at(5))
        window.add(100, at: Self.at(15))
        #expect(window.due == Self.at(25))
        #expect(window.room == 1 && window.fits(100))
        window.add(100, at: Self.at(16))
        #expect(window.due == Self.at(5))
        #expect(window.room == 0 && !window.fits(0))
    }

    @Test func `a payload is as large as an invocation takes, and no larger`() {
        var window = BatchWindow(countMax: 10, window: .seconds(20))
        let rest = BatchWindow.sizeBytesMax - BatchWindow.envelopeBytes - 101
        window.add(100, at: Self.at(0))
        #expect(window.fits(rest - 1) && !window.fits(rest))
        window.add(rest - 1, at: Self.at(1))
        #expect(window.due == Self.at(0))
    }

    @Test func `one record is sent however large it is`() {
        #expect(BatchWindow(countMax: 10, window: .zero).fits(BatchWindow.sizeBytesMax * 2))
    }
}
