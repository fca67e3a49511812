import Routing
import Testing

struct LineageTests {
    private static let root = "Root=1-67c8f3a1-0123456789abcdef01234567;Sampled=0"

    @Test func `a chain of one function ends after sixteen invocations`() throws {
        var header = Self.root
        for _ in 0..<Lineage.invocationsMax { header = try #require(Lineage.entering("arn:a", with: header)) }
        #expect(header.hasPrefix(Self.root + ";Lineage="))
        #expect(header.hasSuffix(":16"))
        #expect(Lineage.entering("arn:a", with: header) == nil)
        #expect(Lineage.entering("arn:b", with: header) != nil)
    }

    @Test func `functions are counted each by itself`() throws {
        var header = Self.root
        for _ in 0..<Lineage.invocationsMax {
            header = try #require(Lineage.entering("arn:a", with: header))
            header = try #require(Lineage.entering("arn:b", with: header))
        }
        #expect(Lineage.entering("arn:b", with: header) == nil)
    }

    @Test(arguments: ["", "Lineage=", "Lineage=x", "Lineage=a:b|:|1:2:3", "Lineage=a:-1"])
    func `nonsense counts from the start`(header: String) {
        #expect(Lineage.entering("arn:a", with: header)?.hasSuffix(":1") == true)
    }

    @Test func `a chain of many functions does not grow for ever`() throws {
        var header = Self.root
        for number in 0..<1_000 { header = try #require(Lineage.entering("arn:\(number)", with: header)) }
        #expect(header.utf8.count < 600)
    }
}
