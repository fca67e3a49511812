import JSON
import Testing

struct JSONLimitsTests {
    static let nests: [(open: String, close: String, levels: Int)] = [
        ("[", "]", 1), (#"{"a":"#, "}", 1), (#"[{"a":"#, "}]", 2), (#"{"":["#, "]}", 2),
    ]
    @Test(arguments: nests) func `reads to the greatest depth and not one deeper`(
        open: String, close: String, levels: Int
    ) throws {
        for limits in [
            JSONLimits.standard, JSONLimits(depthMax: 4, bytesMax: 100), .init(depthMax: 2_048, bytesMax: .max),
        ] {
            func nested(_ times: Int) -> String {
                String(repeating: open, count: times) + "0" + String(repeating: close, count: times)
            }
            let times = limits.depthMax / levels
            let value = try parseJSON(nested(times), limits: limits)
            #expect(value.compactText == nested(times))
            let error = #expect(throws: JSONSyntaxError.self) { try parseJSON(nested(times + 1), limits: limits) }
            #expect(error?.reason == "arrays and objects nested deeper than the \(limits.depthMax) levels allowed")
            #expect(error?.offset == open.utf8.count * times)
        }
    }

    @Test func `a lone scalar has no depth`() throws {
        #expect(try parseJSON("1", limits: JSONLimits(depthMax: 0, bytesMax: 10)) == 1)
        #expect(throws: JSONSyntaxError.self) { try parseJSON("[]", limits: JSONLimits(depthMax: 0, bytesMax: 10)) }
    }

    @Test(arguments: ["[", #"[{"":"#]) func `refuses a hundred thousand openings early`(opening: String) {
        let text = String(repeating: opening, count: 100_000)
        let error = #expect(throws: JSONSyntaxError.self) { try parseJSON(text) }
        #expect(error?.reason == "arrays and objects nested deeper than the 512 levels allowed")
    }

    @Test func `reads texts up to the greatest size and not one byte more`() throws {
        for limits in [JSONLimits.standard, JSONLimits(depthMax: 1, bytesMax: 50)] {
            let text = "\"" + String(repeating: "x", count: limits.bytesMax - 2) + "\""
            #expect(try parseJSON(text, limits: limits).string?.utf8.count == limits.bytesMax - 2)
            let error = #expect(throws: JSONSyntaxError.self) { try parseJSON(text + " ", limits: limits) }
            #expect(
                error?.reason
                    == "the text has \(limits.bytesMax + 1) bytes, more than the \(limits.bytesMax) allowed")
        }
    }
}
