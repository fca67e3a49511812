import Emulator
import Testing
import Time

struct IdentifierSourceTests {
    @Test func `request ids are version 4 UUIDs and distinct`() {
        let source = IdentifierSource()
        let ids = (0..<1_000).map { _ in source.requestID() }
        #expect(Set(ids).count == 1_000)
        for id in ids {
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test func `a seed fixes the sequence`() {
        let (a, b, c) = (IdentifierSource(seed: 1), IdentifierSource(seed: 1), IdentifierSource(seed: 2))
        let first = a.requestID()
        #expect(first == b.requestID())
        #expect(first != c.requestID())
        #expect(first != a.requestID())
    }

    @Test func `trace ids carry the time`() {
        let trace = IdentifierSource(seed: 1).traceID(at: Timestamp(seconds: 0x63F7_9560))
        #expect(trace.wholeMatch(of: /Root=1-63f79560-[0-9a-f]{24};Sampled=0/) != nil)
    }
}
