import AWSServices
import HTTPTransport
import Items
import JSON
import Services
import Synchronization
import Time

/// Answers call after call as it was told, and keeps what it was asked.
final class FakeHTTPClient: HTTPClient {
    enum Answer: Sendable {
        case response(Int, JSONValue)
        case failure(HTTPError)

        static func refusal(_ error: String, _ members: JSONObject = [:]) -> Answer {
            var body = members
            body["__type"] = .string("com.amazonaws.dynamodb.v20120810#" + error)
            return .response(400, .object(body))
        }
    }

    private let answers: Mutex<[Answer]>
    private let asked = Mutex<[HTTPRequest]>([])

    init(_ answers: [Answer]) { self.answers = Mutex(answers) }

    var requests: [HTTPRequest] { asked.withLock { $0 } }
    var bodies: [JSONValue] { requests.map { (try? parseJSON($0.body)) ?? .null } }
    var operations: [String] {
        requests.map {
            $0.headers.first { $0.name == "X-Amz-Target" }?.value.split(separator: ".").last.map(String.init) ?? ""
        }
    }

    func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        asked.withLock { $0.append(request) }
        guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
            throw .notSent("more calls than answers")
        }
        switch answer {
        case .response(let status, .null): return HTTPResponse(status: status)
        case .response(let status, let body): return HTTPResponse(status: status, body: body.compactBytes)
        case .failure(let error): throw error
        }
    }
}

/// Keeps the pauses between tries instead of waiting.
final class Pauses: Sendable {
    private let kept = Mutex<[Duration]>([])
    var all: [Duration] { kept.withLock { $0 } }

    var policy: RetryPolicy {
        RetryPolicy(
            attemptsMax: 3, pause: .milliseconds(100), pauseMax: .milliseconds(150), random: { 0.5 },
            sleep: { pause in self.kept.withLock { $0.append(pause) } })
    }
}

func store(_ client: FakeHTTPClient, _ pauses: Pauses = Pauses()) -> DynamoDBStore {
    let endpoint = DynamoDBEndpoint(
        url: "http://127.0.0.1:4566", region: "eu-central-1",
        credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"), client: client,
        now: { Timestamp(milliseconds: 1_440_938_160_000) })
    return DynamoDBStore(endpoint: endpoint, retries: pauses.policy) {
        $0.rawValue == "Unknown" ? nil : "bundle-\($0.rawValue)"
    }
}
