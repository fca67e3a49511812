import DynamoDBAPI
import Emulator
import Expressions
import Glibc
import ItemDB
import Items
import JSON
import Synchronization
import Time

/// A thing under test: it takes input number n of a seed, and says what was wrong with what it did.
protocol Subject {
    static var name: String { get }
    /// The input that these choices make.
    func input(_ chance: inout Chance) -> [UInt8]
    /// - Returns: what is wrong, or nil.
    func check(_ input: [UInt8]) -> String?
}

struct JSONSubject: Subject {
    static let name = "json"

    func input(_ chance: inout Chance) -> [UInt8] {
        let text = Array(JSONGrammar.text(&chance).utf8)
        return chance.oneIn(4) ? text : chance.mutated(text, with: Array(JSONGrammar.text(&chance).utf8))
    }

    func check(_ input: [UInt8]) -> String? {
        guard let value = try? parseJSON(input) else { return nil }
        let written = value.compactBytes
        guard let again = try? parseJSON(written) else { return "what was written can't be read" }
        return again == value && again.compactBytes == written ? nil : "what was written reads differently"
    }
}

struct ExpressionSubject: Subject {
    static let name = "expressions"

    private static let values: [String: AttributeValue] = [
        ":a": 1, ":b": "b", ":c": .bool(true), ":n": 12, ":s": "s", ":l": .list([1, "x"]),
    ]
    private static let item: Item = [
        "pk": "p", "sk": "s", "a": 1, "b": "text", "list": .list([1, .map(["k0": 2])]),
        "map": .map(["a": 1, "k0": .list([])]),
    ]
    private static let kinds = ExpressionGrammar.Kind.allCases

    /// The first byte is the kind.
    func input(_ chance: inout Chance) -> [UInt8] {
        let kind = chance.below(Self.kinds.count)
        let text = Array(ExpressionGrammar.text(Self.kinds[kind], &chance).utf8)
        let other = Array(ExpressionGrammar.text(chance.pick(Self.kinds), &chance).utf8)
        return [UInt8(kind)] + (chance.oneIn(4) ? text : chance.mutated(text, with: other))
    }

    func check(_ input: [UInt8]) -> String? {
        guard let kind = input.first else { return nil }
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        var inputs = ExpressionInputs(names: ["#a": "a", "#b": "list", "#c": "map"], values: Self.values)
        do throws(ExpressionError) {
            switch Self.kinds[Int(kind) % Self.kinds.count] {
            case .condition: _ = try ConditionExpression.parse(text, &inputs).holds(for: Self.item)
            case .filter: _ = try ConditionExpression.parse(text, &inputs, kind: .filter).holds(for: Self.item)
            case .update:
                _ = try UpdateExpression.parse(text, &inputs).apply(to: Self.item, key: ["pk": "p", "sk": "s"])
            case .projection: _ = try ProjectionExpression.parse(text, &inputs).apply(to: Self.item)
            case .keyCondition:
                let schema = KeySchema(partition: KeyAttribute("pk", .string), sort: KeyAttribute("sk", .string))
                _ = try KeyCondition.parse(text, &inputs).bound(to: schema)
            }
            try inputs.checkAllUsed()
        } catch {
            return error.message.isEmpty ? "an error without words" : nil
        }
        return nil
    }
}

/// Requests to the service, without HTTP.
struct WireSubject: Subject {
    static let name = "wire"
    private let service: DynamoDBService

    init() throws {
        let database = try ItemDatabase.temporary(
            options: DatabaseOptions(clock: { Timestamp(seconds: 1_700_000_000) }))
        service = DynamoDBService(database: database, clock: { Timestamp(seconds: 1_700_000_000) })
        if let problem = check(Array("CreateTable\n\(WireGrammar.create)".utf8)) { throw Failure(description: problem) }
    }

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// The operation, a line feed, the body.
    func input(_ chance: inout Chance) -> [UInt8] {
        let (operation, body) = WireGrammar.request(&chance)
        let bytes = Array(body.utf8)
        let other = Array(WireGrammar.request(&chance).body.utf8)
        return Array("\(operation)\n".utf8) + (chance.oneIn(2) ? bytes : chance.mutated(bytes, with: other))
    }

    func check(_ input: [UInt8]) -> String? {
        let parts = input.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let answers = Mutex<[DynamoDBResponse]>([])
        let operation = String(decoding: parts[0], as: UTF8.self)
        let body = parts.count > 1 ? Array(parts[1]) : []
        let done = Answered()
        service.handle(target: "DynamoDB_20120810.\(operation)", body: body) { response in
            answers.withLock { $0.append(response) }
            done.signal()
        }
        done.wait()
        let all = answers.withLock { $0 }
        guard all.count == 1, let answer = all.first else { return "\(all.count) answers" }
        guard answer.status == 200 || answer.status == 400 else { return "status \(answer.status)" }
        guard answer.body.isEmpty || (try? parseJSON(answer.body)) != nil else { return "an answer that is no JSON" }
        return nil
    }

    /// Most answers come before the call returns, some from the writer's thread.
    private final class Answered: Sendable {
        private let isDone = Atomic(false)
        func signal() { isDone.store(true, ordering: .releasing) }
        func wait() { while !isDone.load(ordering: .acquiring) { sched_yield() } }
    }
}

/// Bytes on a socket: every connection is answered or closed, and the next one is served.
struct HTTPSubject: Subject {
    static let name = "http"
    private let port: Int

    init(port: Int) { self.port = port }

    func input(_ chance: inout Chance) -> [UInt8] {
        (0...chance.below(3)).flatMap { _ in request(&chance) }
    }

    private func request(_ chance: inout Chance) -> [UInt8] {
        let (operation, body) = chance.oneIn(2) ? WireGrammar.request(&chance) : ("ListTables", "{}")
        var lines = [
            "\(chance.pick(["POST", "POST", "POST", "GET", "PUT", "OPTIONS"])) \(chance.pick(["/", "/?a=b", "/%zz"])) HTTP/1.1"
        ]
        lines.append("Host: localhost")
        lines.append("X-Amz-Target: DynamoDB_20120810.\(operation)")
        lines.append("Content-Type: \(chance.pick(["application/x-amz-json-1.0", "application/json", "text/plain"]))")
        if chance.oneIn(8) { lines.append("Content-Encoding: \(chance.pick(["gzip", "deflate", "br"]))") }
        if chance.oneIn(8) {
            lines.append("Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=f")
        }
        if chance.oneIn(8) { lines.append("Expect: 100-continue") }
        if chance.oneIn(8) { lines.append("Connection: close") }
        var bytes: [UInt8]
        if chance.oneIn(4) {
            lines.append("Transfer-Encoding: chunked")
            bytes = Array(
                (lines.joined(separator: "\r\n")
                    + "\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n").utf8)
        } else {
            lines.append("Content-Length: \(body.utf8.count)")
            bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n\(body)").utf8)
        }
        if !chance.oneIn(3) { bytes = chance.mutated(bytes, with: Array("Content-Length: 5\r\n\r\n".utf8)) }
        return bytes
    }

    func check(_ input: [UInt8]) -> String? {
        guard let descriptor = connected() else { return "no connection" }
        defer { close(descriptor) }
        var sent = 0
        while sent < input.count {
            let count = input[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { break }
            sent += count
        }
        shutdown(descriptor, Int32(SHUT_WR))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var isFirst = true
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return nil }
            // Closed with what it did not read.
            if count < 0 { return errno == ECONNRESET ? nil : "no answer, and not closed" }
            if isFirst, !buffer.starts(with: Array("HTTP/1.1 ".utf8)) { return "an answer that is no HTTP" }
            isFirst = false
        }
    }

    private func connected() -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status == 0 { return descriptor }
        close(descriptor)
        return nil
    }
}
