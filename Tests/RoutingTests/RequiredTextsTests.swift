import Routing
import Testing

struct RequiredTextsTests {
    @Test(
        arguments: [
            (#"{"source": ["a", "b"]}"#, ["a", "b"]),
            (#"{"source": ["a"], "detail": {"x": [{"exists": false}]}}"#, ["a"]),
            (#"{"$or": [{"source": ["a"]}, {"source": ["b"]}]}"#, ["a", "b"]),
            (#"{"source": ["a"], "$or": [{"x": [1]}, {"y": [1]}]}"#, ["a"]),
        ] as [(String, Set<String>)])
    func `the texts are those that the pattern names`(pattern: String, texts: Set<String>) throws {
        #expect(try EventPattern(parsing: pattern).textsRequired(of: "source") == texts)
    }

    /// Each of them matches a source that it does not name.
    @Test(arguments: [
        #"{"detail-type": ["a"]}"#,
        #"{"source": ["a", {"prefix": "b"}]}"#,
        #"{"source": [{"anything-but": "a"}]}"#,
        #"{"source": [{"equals-ignore-case": "a"}]}"#,
        #"{"source": [{"exists": true}]}"#,
        #"{"source": [null]}"#,
        #"{"source": ["::1"]}"#,
        #"{"$or": [{"source": ["a"]}, {"detail-type": ["b"]}]}"#,
        #"{"source": {"x": ["a"]}}"#,
    ])
    func `any other text may do`(pattern: String) throws {
        #expect(try EventPattern(parsing: pattern).textsRequired(of: "source") == nil)
    }
}
