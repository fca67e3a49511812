import Emulator
import Testing

struct ServiceLoopTests {
    @Test(arguments: [
        ("45m", 2_700_000), ("1h30m", 5_400_000), ("2d", 172_800_000), ("250ms", 250), ("1d2h3m4s5ms", 93_784_005),
        ("0s", 0),
    ])
    func `durations are numbers with units`(text: String, milliseconds: Int) {
        #expect(Duration(units: text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "45", "m", "1m1m", "30m1h", "-1m", "1.5h", "1 m", "1w", "99999999999d"])
    func `others are none`(text: String) {
        #expect(Duration(units: text) == nil)
    }

    @Test func `work is idle only when all of it has ended`() async {
        let work = WorkInHand()
        await work.idle()
        work.begin()
        let waiting = Task {
            await work.idle()
            return work.isIdle
        }
        work.begin()
        work.end()
        try? await Task.sleep(for: .milliseconds(20))
        #expect(!work.isIdle)
        work.end()
        #expect(await waiting.value)
    }
}
