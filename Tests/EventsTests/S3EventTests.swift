import Events
import JSON
import Testing

struct S3EventTests {
    @Test(arguments: [
        ("plain/key.jpg", "plain/key.jpg"), ("a+b", "a b"), ("a%2Bb", "a+b"), ("50%25", "50%"), ("%2525", "%25"),
        ("a%2fb%2Fc", "a/b/c"), ("%C3%BC+%E6%97%A5", "ü 日"), ("e%CC%81", "e\u{301}"), ("%", "%"), ("%4", "%4"),
        ("%zz", "%zz"), ("%+1", "% 1"), ("%-1", "%-1"), ("", ""), ("%41%42", "AB"),
    ])
    func `decodes keys as S3 encodes them`(written: String, key: String) throws {
        let json: JSONValue = ["key": .string(written)]
        let object = try decodeJSON(S3Event.Object.self, from: json)
        #expect(Array(object.decodedKey.utf8) == Array(key.utf8))
    }
}
