import Events
import JSON
import Testing
import Time

struct HTTPEventTests {
    /// The shape of AWS's own sample, every member present.
    static let full = """
        {"version":"2.0","routeKey":"POST /votings/{votingID}/vote","rawPath":"/votings/v/vote","rawQueryString":"a=1&a=2",
        "cookies":["one=1","two=2"],"headers":{"content-type":"application/json","x-list":"a,b"},
        "queryStringParameters":{"a":"1,2"},"requestContext":{"accountId":"123456789012","apiId":"api",
        "authentication":{"clientCert":{"clientCertPem":"PEM","subjectDN":"www.example.com","issuerDN":"CA",
        "serialNumber":"a1","validity":{"notBefore":"May 28 12:30:02 2019 GMT","notAfter":"Aug  5 09:36:04 2021 GMT"}}},
        "authorizer":{"jwt":{"claims":{"sub":"ada","cognito:groups":"[admins editors]","n":1},"scopes":["s1","s2"]}},
        "domainName":"id.execute-api.us-east-1.amazonaws.com","domainPrefix":"id","http":{"method":"POST",
        "path":"/votings/v/vote","protocol":"HTTP/1.1","sourceIp":"192.0.2.1","userAgent":"agent"},"requestId":"id=",
        "routeKey":"POST /votings/{votingID}/vote","stage":"$default","time":"12/Mar/2020:19:03:58 +0000",
        "timeEpoch":1583348638390},"body":"{\\"optionID\\":\\"tea\\"}","pathParameters":{"votingID":"v"},
        "isBase64Encoded":false,"stageVariables":{"k":"v"}}
        """

    static func event(_ edit: (inout HTTPEvent) -> Void = { _ in }) throws -> HTTPEvent {
        var event = try decodeJSON(HTTPEvent.self, from: Array(full.utf8))
        edit(&event)
        return event
    }

    @Test func `re-encodes to what it was`() throws {
        let event = try Self.event()
        #expect(try encodeJSONValue(event) == parseJSON(Self.full))
        #expect(event.receivedAt == Timestamp(milliseconds: 1_583_348_638_390))
    }

    @Test func `takes an event without the members that may be absent`() throws {
        let event = try Self.event {
            $0.body = nil
            $0.cookies = nil
            $0.queryStringParameters = nil
            $0.pathParameters = nil
            $0.stageVariables = nil
            $0.requestContext.authorizer = nil
            $0.requestContext.authentication = nil
        }
        let again = try decodeJSON(HTTPEvent.self, from: encodeJSON(event))
        #expect(again == event)
        #expect(again.claims.subject == nil)
        #expect(throws: RequestError.notLoggedIn) { try again.userID() }
    }

    @Test(
        arguments: [
            (#"{"sub":"ada"}"#, "ada", []), (#"{"sub":""}"#, nil, []), (#"{"sub":5}"#, nil, []), ("{}", nil, []),
            (#"{"sub":"a","cognito:groups":"[admins editors]"}"#, "a", ["admins", "editors"]),
            (#"{"sub":"a","cognito:groups":"[]"}"#, "a", []),
            (#"{"sub":"a","cognito:groups":"admins"}"#, "a", ["admins"]),
            (#"{"sub":"a","cognito:groups":["admins","x y"]}"#, "a", ["admins", "x y"]),
            (#"{"sub":"a","cognito:groups":7}"#, "a", []),
        ] as [(String, String?, [String])])
    func `reads subject and groups`(json: String, subject: String?, groups: [String]) throws {
        let claims = try decodeJSON(TokenClaims.self, from: Array(json.utf8))
        #expect(claims.subject == subject)
        #expect(claims.groups == groups)
    }

    @Test func `an administrator is in the group, not in one that sounds like it`() throws {
        func event(_ groups: JSONValue) throws -> HTTPEvent {
            try Self.event { $0.requestContext.authorizer?.jwt?.claims.values["cognito:groups"] = groups }
        }
        #expect(try event("[admins]").administratorID() == "ada")
        #expect(throws: RequestError.notAdministrator) { try event("[admins2 not-admins]").administratorID() }
        #expect(throws: RequestError.notAdministrator) { try event("Admins").administratorID() }
    }

    struct Vote: Decodable, Equatable {
        struct Line: Decodable, Equatable { var sku: String }
        var optionID: String
        var lines: [Line]?
    }

    @Test(
        arguments: [
            (nil, false, .bodyMissing), ("", false, .bodyMissing), ("e30", true, .bodyEncoding),
            ("{\"optionID\":\n  tea}", false, .bodySyntax(line: 2, column: 3, reason: "")),
            ("{}", false, .field("optionID")), (#"{"optionID":1}"#, false, .field("optionID")),
            (#"{"optionID":null}"#, false, .field("optionID")), (#"["tea"]"#, false, .field("")),
            (#"{"optionID":"tea","lines":[{"sku":"a"},{}]}"#, false, .field("lines[1].sku")),
        ] as [(String?, Bool, RequestError)])
    func `names the place where a body is wrong`(body: String?, base64: Bool, error: RequestError) throws {
        let event = try Self.event {
            $0.body = body
            $0.isBase64Encoded = base64
        }
        #expect(throws: RequestError.self) { try event.body(as: Vote.self) }
        do throws(RequestError) { _ = try event.body(as: Vote.self) } catch let found {
            // The words of the reason are the parser's own affair.
            guard case .bodySyntax(let line, let column, _) = found else {
                #expect(found == error)
                return
            }
            #expect(.bodySyntax(line: line, column: column, reason: "") == error)
        }
    }

    @Test(arguments: [(#"{"optionID":"tea"}"#, false), ("eyJvcHRpb25JRCI6InRlYSJ9", true)])
    func `reads a body, in base64 too`(body: String, base64: Bool) throws {
        let event = try Self.event {
            $0.body = body
            $0.isBase64Encoded = base64
        }
        #expect(try event.body(as: Vote.self) == Vote(optionID: "tea"))
        #expect(try event.bodyBytes() == Array(#"{"optionID":"tea"}"#.utf8))
    }

    @Test(arguments: [
        ("1234567", false), ("12345678", true), (String(repeating: "k", count: 64), true),
        (String(repeating: "k", count: 65), false), ("with space", false), ("under_score-dash", true),
        ("schlüssel", false),
        ("", false),
    ])
    func `takes idempotency keys of 8 to 64 plain characters`(key: String, isGood: Bool) throws {
        let event = try Self.event { $0.headers["idempotency-key"] = key }
        #expect((try? event.idempotencyKey()) == (isGood ? key : nil))
    }

    @Test func `finds headers whatever their letters`() throws {
        let event = try Self.event { $0.headers["Stripe-Signature"] = "t=1" }
        #expect(event.header("stripe-signature") == "t=1")
        #expect(event.header("CONTENT-TYPE") == "application/json")
        #expect(event.header("absent") == nil)
        #expect(throws: RequestError.idempotencyKey) { try event.idempotencyKey() }
    }

    @Test func `a path parameter is there or named`() throws {
        let event = try Self.event()
        #expect(try event.pathParameter("votingID") == "v")
        #expect(throws: RequestError.parameter("orderID")) { try event.pathParameter("orderID") }
    }

    @Test(arguments: [(0, false), (1, true), (256, true), (257, false)])
    func `a path parameter has a length`(length: Int, isTaken: Bool) throws {
        let event = try Self.event { $0.pathParameters = ["votingID": String(repeating: "v", count: length)] }
        #expect(((try? event.pathParameter("votingID")) != nil) == isTaken)
    }
}
