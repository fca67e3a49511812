import Domain
import Items
import Testing
import Time

struct UpdateTests {
    static let now = Timestamp(seconds: 1_000)
    static let earlier = Update(id: "u", title: "T", text: "t", createdBy: "gus", createdAt: now)

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var title = "T"
        var text = "t"
        var earlier: Update?
        var refusal: UpdateRefusal?
        var writes = 1
    }
    static func repeated(_ count: Int) -> String { String(repeating: "x", count: count) }
    static let rows = [
        Row(testDescription: "new"),
        Row(testDescription: "the same again is sent once", earlier: earlier, writes: 0),
        Row(testDescription: "the key of another", text: "u", earlier: earlier, refusal: .keyReused),
        Row(
            testDescription: "the key of another, which would be refused", title: "", earlier: earlier,
            refusal: .keyReused),
        Row(testDescription: "no title", title: "", refusal: .titleInvalid),
        Row(testDescription: "a blank title", title: " \u{A0} ", refusal: .titleInvalid),
        Row(testDescription: "a title on two lines", title: "a\nb", refusal: .titleInvalid),
        Row(testDescription: "the longest title", title: repeated(200)),
        Row(testDescription: "a title too long", title: repeated(201), refusal: .titleInvalid),
        Row(
            testDescription: "a title too long in bytes", title: String(repeating: "ü", count: 101),
            refusal: .titleInvalid),
        Row(testDescription: "title and text wrong", title: "", text: "", refusal: .titleInvalid),
        Row(testDescription: "no text", text: "", refusal: .textInvalid),
        Row(testDescription: "a blank text", text: "\n \n", refusal: .textInvalid),
        Row(testDescription: "lines", text: "a\nb"),
        Row(testDescription: "control signs", text: "a\u{7}", refusal: .textInvalid),
        Row(testDescription: "the longest text", text: repeated(2_000)),
        Row(testDescription: "a text too long", text: repeated(2_001), refusal: .textInvalid),
    ]

    @Test(arguments: rows) func `refuses for the first reason that holds`(row: Row) throws {
        let decision = decideUpdate(
            UpdateDraft(title: row.title, text: row.text), id: "u", by: "gus", after: row.earlier, at: Self.now)
        #expect(decision.refusal == row.refusal)
        #expect(decision.writes.count == (row.refusal == nil ? row.writes : 0))
        guard case .put(let item, .users, .itemAbsent?)? = decision.writes.first else { return }
        #expect(try Update(item: item) == decision.result)
        #expect(Update.isUpdate(key: item))
    }

    @Test func `has a row for every refusal, each with words`() {
        #expect(Set(Self.rows.compactMap(\.refusal?.code)) == Set(UpdateRefusal.Code.allCases))
        for row in Self.rows { #expect(row.refusal?.message.isEmpty != true) }
    }
}
