import JSON
import NIOCore
import NIOHTTP1

// What is seen of a step.
extension ReplayWorld {
    /// Waits until nothing is left to do, and says what has come of the step.
    ///
    /// - Parameter reply: of the step itself; failures of its `requestIDs` it tells of already.
    func observation(of reply: JSONObject = [:]) async throws(EmulatorError) -> JSONValue {
        // What follows from a commit belongs to the event.
        await now.deployment.idle()
        let pushes = try await takePushes()
        let standing = try await now.deployment.services.call { $0.standing }
        var seen = reply
        let direct = seen["requestIDs"]?.array?.compactMap(\.string) ?? []
        seen["requestIDs"] = nil
        let (changes, payments, standingChanges) = change { current in
            let opened = current.deployment.payments.log.entries
            defer {
                current.paymentsSeen = opened.count
                current.standing = standing
            }
            return (
                current.feed.take(naming: current.deployment.logicalID(ofTable:)),
                Array(opened.dropFirst(current.paymentsSeen)), standing.changes(since: current.standing)
            )
        }
        seen["changes"] = .array(changes.map(named))
        if !payments.isEmpty { seen["payments"] = .array(payments.map(\.json)) }
        let (failures, published) = now.trial.consequences.take()
        let lists = [
            ("pushes", pushes), ("published", published.sortedByText),
            ("failures", failures.filter { !direct.contains($0.requestID) }.map(\.json).sortedByText),
        ]
        for (name, list) in lists where !list.isEmpty { seen[name] = .array(list.map { named(withoutAddress($0)) }) }
        for (name, list) in standingChanges { seen[name] = withoutAddress(list) }
        return .object(seen)
    }

    /// A reply with its body parsed, so that differences have paths; an error as the function reported it.
    func description(of reply: InvocationReply) -> JSONObject {
        let text = withoutAddress(reply.text)
        var described: JSONObject
        if var value = try? parseJSON(text) {
            if !reply.isError { value = Self.withBodyParsed(value) }
            described = [reply.isError ? "error" : "reply": value]
        } else {
            described = ["reply": .string(text)]
        }
        described["requestIDs"] = [.string(reply.requestID)]
        return described
    }

    /// An answer over HTTP, as a function's reply is described. The gateway's own headers are left out.
    func description(of response: HTTPResponse) -> JSONObject {
        let own: Set<String> = ["apigw-requestid", "content-length", "date", "x-amz-request-id", "x-amz-id-2"]
        let headers = response.headers.map { ($0.0.lowercased(), $0.1) }.filter { !own.contains($0.0) }
        return [
            "reply": Self.withBodyParsed([
                "statusCode": .number(JSONNumber(Int(response.status.code))),
                "headers": .object(
                    JSONObject(headers.sorted { $0.0 < $1.0 }.map { ($0.0, .string(withoutAddress($0.1))) })),
                "body": .string(withoutAddress(String(buffer: response.body))),
            ])
        ]
    }

    /// S3's answer without what is another in every run: ids of requests and versions, and in its explanations the
    /// emulator's address.
    static func description(ofTransfer response: HTTPResponse) -> JSONObject {
        var reply: JSONObject = ["statusCode": .number(JSONNumber(Int(response.status.code)))]
        let body = String(buffer: response.body)
        if let match = body.firstMatch(of: /<Code>([^<]*)<\/Code><Message>([^<]*)</) {
            reply["code"] = .string(String(match.1))
            reply["message"] = .string(String(match.2))
        }
        return ["reply": .object(reply)]
    }

    private static func withBodyParsed(_ reply: JSONValue) -> JSONValue {
        guard var object = reply.object, let body = object["body"]?.string, let parsed = try? parseJSON(body),
            parsed.object != nil || parsed.array != nil
        else { return reply }
        object["body"] = parsed
        return .object(object)
    }

    /// The emulator's own address, which is another in every run, is written as the template's parameters write it; so
    /// are signatures over it.
    private func withoutAddress(_ text: String) -> String {
        text.replacing(emulator.endpoint, with: "${Endpoint}")
            .replacing(/X-Amz-Signature=[0-9a-f]{64}/, with: "X-Amz-Signature=${Signature}")
    }

    /// Ids of connections are written as the names that the flow gives them; of a table's stream, the shard is another
    /// in every run, and which place in it a change has depends on what else was written.
    func named(_ value: JSONValue) -> JSONValue {
        let text = value.compactText
        var named = text.replacing(/shardId-[0-9]{20}-[0-9a-f]{8}/, with: "${Shard}")
            .replacing(/"[0-9]{40}"/, with: "\"${Position}\"")
        for (id, name) in now.socketNames { named = named.replacing(id, with: "${\(name)}") }
        return named == text ? value : (try? parseJSON(named)) ?? value
    }

    private func withoutAddress(_ value: JSONValue) -> JSONValue {
        let text = value.compactText
        let without = withoutAddress(text)
        return without == text ? value : (try? parseJSON(without)) ?? .string(without)
    }
}
