// The adapters by hand, for the tests of `Tests/Conformance`: takes calls from standard input, a line of JSON each, and
// answers each with a line of JSON. Where the services are stands in the environment, as for a function.
//
//     {"sign": {"service": "s3", "method": "GET", "host": "…", "path": "/k", …}}
//     {"send": [{"body": "…", "delaySeconds": 3}, …]}
//     {"schedule": {"name": "…", "at": "2030-01-01T00:00:00Z", "target": "arn:…", "input": "…"}}, {"unschedule": "name"}
//     {"publish": [{"key": "…", "source": "…", "detailType": "…", "detail": "{}", "time": "…", "resources": []}, …]}
//     {"insert": "text", "key": "…"}, {"read": "key"}, {"remove": "key"}
//     {"upload": "key", "bytes": 5, "at": "…"}, {"download": "key", "at": "…"}: presigned

import AWSServices
import JSON
import Machine
import Services
import Time

struct Malformed: Error { var line: String }

func answer(to call: JSONValue, _ services: LiveServices) async throws -> JSONValue {
    if let row = call["sign"] { return try signature(of: row) }
    do throws(ServiceError) {
        if let messages = call["send"]?.array {
            try await queue(services).send(
                messages.map {
                    QueueMessage(
                        body: $0["body"]?.string ?? "",
                        delay: .seconds($0["delaySeconds"]?.int ?? 0))
                })
        } else if let schedule = call["schedule"] {
            try await scheduler(services).put(
                OneTimeSchedule(
                    name: schedule["name"]?.string ?? "",
                    at: schedule["at"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? Timestamp(seconds: 0),
                    target: schedule["target"]?.string ?? "", input: schedule["input"]?.string ?? ""))
        } else if let events = call["publish"]?.array {
            return publication(try await bus(services).publish(events.map(busEvent)))
        } else if let name = call["unschedule"]?.string {
            try await scheduler(services).delete(name)
        } else {
            return try await objects(services.objects, call)
        }
        return ["done": true]
    } catch {
        return ["error": .string("\(error)")]
    }
}

func objects(_ store: any ObjectStore, _ call: JSONValue) async throws(ServiceError) -> JSONValue {
    func address(_ key: String) -> ObjectAddress { ObjectAddress(BucketName(rawValue: "Adapters"), key) }
    let now = call["at"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? Timestamp(seconds: 0)
    if let text = call["insert"]?.string {
        let headers = ObjectHeaders(type: "text/plain", cacheControl: "max-age=1")
        try await store.insert(Array(text.utf8), headers, at: address(call["key"]?.string ?? ""))
    } else if let key = call["read"]?.string {
        switch try await store.read(address(key), bytesMax: 100) {
        case .found(let bytes): return ["found": .string(String(decoding: bytes, as: UTF8.self))]
        case .missing: return ["found": nil]
        case .tooLarge: return ["found": "too large"]
        }
    } else if let key = call["remove"]?.string {
        try await store.delete(address(key))
    } else if let key = call["upload"]?.string {
        let request = try store.upload(
            to: address(key), bytes: call["bytes"]?.int ?? 0, type: "text/plain", at: now, lifetime: .seconds(900))
        return [
            "url": .string(request.url),
            "headers": .object(JSONObject(request.headers.map { ($0.key, .string($0.value)) })),
        ]
    } else if let key = call["download"]?.string {
        return ["url": .string(try store.download(of: address(key), at: now, lifetime: .seconds(900)).url)]
    }
    return ["done": true]
}

func queue(_ services: LiveServices) throws(ServiceError) -> any MessageQueue {
    do { return try services.queue("QUEUE_URL") } catch { throw .rejected("\(error)") }
}

func bus(_ services: LiveServices) throws(ServiceError) -> any EventBus {
    do { return try services.eventBus() } catch { throw .rejected("\(error)") }
}

func busEvent(_ row: JSONValue) -> BusEvent {
    BusEvent(
        key: row["key"]?.string ?? "", source: row["source"]?.string ?? "",
        detailType: row["detailType"]?.string ?? "", detail: row["detail"]?.string ?? "",
        time: row["time"]?.string.flatMap(Timestamp.init(rfc3339:)) ?? Timestamp(seconds: 0),
        resources: row["resources"]?.array?.compactMap(\.string) ?? [])
}

func publication(_ publication: Publication) -> JSONValue {
    var answer: JSONObject = [:]
    for (index, reason) in publication.refused { answer["refused \(index)"] = .string(reason) }
    if let failure = publication.failure { answer["failed from \(failure.index)"] = .string("\(failure.error)") }
    return answer.isEmpty ? ["done": true] : .object(answer)
}

func scheduler(_ services: LiveServices) throws(ServiceError) -> any Scheduler {
    do { return try services.scheduler() } catch { throw .rejected("\(error)") }
}

/// As `signing_vectors.py` writes rows.
func signature(of row: JSONValue) throws -> JSONValue {
    func text(_ name: String) throws -> String {
        guard let text = row[name]?.string else { throw Malformed(line: name) }
        return text
    }
    func pairs(_ name: String) -> [(name: String, value: String)] {
        (row[name]?.array ?? []).map { ($0[0]?.string ?? "", $0[1]?.string ?? "") }
    }
    guard let instant = Timestamp(rfc3339: try text("instant")) else { throw Malformed(line: "instant") }
    let signer = RequestSigner(
        service: try text("service"), region: try text("region"),
        credentials: Credentials(
            accessKeyID: try text("accessKeyID"), secretAccessKey: try text("secretAccessKey"),
            sessionToken: row["token"]?.string))
    let request = UnsignedRequest(
        try text("method"), host: try text("host"), path: try text("path"), query: pairs("query"),
        headers: pairs("headers"), body: Array(try text("body").utf8))
    if let seconds = row["expires"]?.int {
        return ["target": .string(signer.presignedTarget(of: request, at: instant, expiresAfter: seconds))]
    }
    var headers: JSONObject = [:]
    for (name, value) in signer.headers(signing: request, at: instant) { headers[name.lowercased()] = .string(value) }
    return ["target": .string(signer.target(of: request)), "headers": .object(headers)]
}

let services = try LiveServices.fromEnvironment()
while let line = readLine() {
    print(String(decoding: try await answer(to: try parseJSON(Array(line.utf8)), services).compactBytes, as: UTF8.self))
}
