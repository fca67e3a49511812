import Domain
import Events
import Handling
import Items
import JSON
import Services
import Testing

struct HandlingTests {
    @Test func `decides again after a conflict and after a lost answer, not for ever`() async throws {
        var attempts: [Int] = []
        let reply = try await retryingConflicts { attempt in
            attempts.append(attempt.number)
            switch (attempt.number, attempt.reason) {
            case (1, .first): throw ServiceError.conflict(stored: [["a": 1]])
            case (2, .conflict(let stored)):
                #expect(stored == [["a": 1]])
                throw ServiceError.unknownOutcome("timed out")
            case (3, .lostAnswer): return "done"
            default:
                Issue.record("an attempt for no reason")
                return ""
            }
        }
        #expect(reply == "done")
        #expect(attempts == [1, 2, 3])
    }

    @Test(arguments: [1, 2, 5]) func `gives the last conflict to its caller`(max: Int) async {
        var attempts = 0
        await #expect(throws: ServiceError.conflict(stored: [])) {
            try await retryingConflicts(attemptsMax: max) { _ in
                attempts += 1
                throw ServiceError.conflict(stored: [])
            }
        }
        #expect(attempts == max)
    }

    @Test(arguments: [ServiceError.throttled, .unavailable("x"), .rejected("x")])
    func `does not try again what another attempt can't help`(error: ServiceError) async {
        var attempts = 0
        await #expect(throws: error) {
            try await retryingConflicts { _ in
                attempts += 1
                throw error
            }
        }
        #expect(attempts == 1)
    }

    /// What was lost may stand, whatever becomes of looking for it.
    @Test(arguments: [ServiceError.throttled, .unavailable("x"), .rejected("x"), .conflict(stored: [])])
    func `says that nothing is known once an answer was lost`(error: ServiceError) async {
        let thrown = await #expect(throws: ServiceError.self) {
            try await retryingConflicts(attemptsMax: 3) { attempt in
                throw attempt.number == 1 ? ServiceError.unknownOutcome("timed out") : error
            }
        }
        #expect(thrown?.advice?.code == "OUTCOME_UNKNOWN")
    }

    @Test(
        arguments: [
            (.throttled, "BUSY"), (.conflict(stored: []), "BUSY"), (.unavailable("host"), "UNAVAILABLE"),
            (.unknownOutcome("host"), "OUTCOME_UNKNOWN"),
        ] as [(ServiceError, String)])
    func `asks to come again when a service can't`(error: ServiceError, code: String) async throws {
        let (reply, lines) = try await Self.answer(error)
        #expect(reply.statusCode == 503)
        #expect(reply.headers["retry-after"] == "1")
        #expect(try parseJSON(reply.body ?? "")["code"]?.string == code)
        #expect(reply.body?.contains("host") == false)
        #expect(lines == [["Refused": 1, "Function": "PlaceOrder", "Code": .string(code)]])
    }

    @Test(arguments: [ServiceError.rejected("AccessDenied"), MalformedItem("cart", "lines")] as [any Error])
    func `what no client can help has a code and a sentence, and the log the reason`(error: any Error) async throws {
        let (reply, lines) = try await Self.answer(error)
        #expect(reply.statusCode == 500)
        let body = try parseJSON(reply.body ?? "")
        #expect(body["code"]?.string == "INTERNAL")
        #expect(body["message"]?.string?.isEmpty == false)
        #expect(reply.body?.contains("AccessDenied") == false && reply.body?.contains("cart") == false)
        #expect(lines.count == 2)
        #expect(lines.first?["level"]?.string == "ERROR")
        #expect(lines.first?["message"]?.string == "\(error)")
        #expect(lines.last?["Code"]?.string == "INTERNAL")
    }

    @Test func `answers a request that can't be taken, and counts it`() async throws {
        let (reply, lines) = try await Self.answer(RequestError.notLoggedIn)
        #expect(reply == HTTPReply(RequestError.notLoggedIn))
        #expect(lines == [["Refused": 1, "Function": "PlaceOrder", "Code": "NOT_LOGGED_IN"]])
    }

    @Test func `counts what the work itself refuses, and not what it does`() async throws {
        for (reply, codes) in [
            (HTTPReply(.conflict, code: "ENDED", message: "It is over."), ["ENDED"]), (HTTPReply(.ok, body: [:]), []),
        ] {
            let lines = WrittenLines()
            #expect(await answering(by: "PlaceOrder", lines.context) { reply } == reply)
            #expect(try lines.parsed().map { $0["Code"]?.string } == codes)
        }
    }

    /// What an error is answered, and the lines that the log then has, less what is the same in all of them.
    static func answer(_ error: any Error) async throws -> (HTTPReply, [JSONValue]) {
        let lines = WrittenLines()
        let reply = await answering(by: "PlaceOrder", lines.context) { throw error }
        let parsed = try lines.parsed().map { line in
            var members = line.object ?? [:]
            for name in ["_aws", "requestId"] { members[name] = nil }
            return JSONValue.object(members)
        }
        return (reply, parsed)
    }

    @Test func `each attempt has its own token of at most 36 characters`() async throws {
        let uuid = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
        let tokens = try await retryingConflicts { attempt in
            guard attempt.number == 2 else { throw ServiceError.unknownOutcome("") }
            return [attempt.token(uuid), attempt.token(uuid)]
        }
        #expect(tokens == ["8476a536e9f411e897392dfe598c3fcd-2", "8476a536e9f411e897392dfe598c3fcd-2"])
        #expect(tokens[0].count <= 36)
    }

    /// Stored ids depend on it: these values never change.
    @Test func `an id follows from its kind, its user and its key`() {
        #expect(derivedID("purchase", of: "eve", key: "eve-ten-credits") == "46b2b465dd3aad1c0960a84c")
        #expect(derivedID("purchase", of: "ab", key: "c") != derivedID("purchase", of: "a", key: "bc"))
        #expect(derivedID("purchase", of: "a", key: "b") != derivedID("order", of: "a", key: "b"))
    }
}
