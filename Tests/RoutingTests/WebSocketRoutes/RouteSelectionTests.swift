import JSON
import Routing
import Testing

struct RouteSelectionTests {
    @Test(arguments: [
        ("$request.body.action", #"{"action":"send"}"#, "send"), ("$request.body.action", #"{"action":7}"#, "7"),
        ("$request.body.action", #"{"action":true}"#, "true"), ("$request.body.action", #"{"action":""}"#, ""),
        ("$request.body.a.b", #"{"a":{"b":"x"}}"#, "x"), ("${request.body.action}", #"{"action":"send"}"#, "send"),
        ("${request.body.a}/${request.body.b.c}", #"{"a":"x","b":{"c":1}}"#, "x/1"),
        ("v1.${request.body.a}", #"{"a":"x"}"#, "v1.x"), ("${request.body.a}!", #"{"a":"x"}"#, "x!"),
        ("$request.body.action", #"{"other":"send"}"#, nil), ("$request.body.action", #"{"action":null}"#, nil),
        ("$request.body.action", #"{"action":["send"]}"#, nil), ("$request.body.a.b", #"{"a":"x"}"#, nil),
        ("$request.body.action", #"["action"]"#, nil), ("$request.body.action", "7", nil),
        ("${request.body.a}/${request.body.b}", #"{"a":"x"}"#, nil),
    ])
    func `what a message selects`(expression: String, message: String, key: String?) throws {
        let selection = try #require(RouteSelection(expression))
        #expect(selection.key(of: try parseJSON(Array(message.utf8))) == key)
        #expect(selection.key(of: nil) == nil)
    }

    @Test(arguments: [
        "", "action", "$request.body", "$request.body.", "$request.body.a..b", "$request.header.x", "$context.routeKey",
        "${request.body.a", "${request.query.a}", "$request.body.${a}",
    ])
    func `expressions that look at anything but the body`(expression: String) {
        #expect(RouteSelection(expression) == nil)
    }
}
