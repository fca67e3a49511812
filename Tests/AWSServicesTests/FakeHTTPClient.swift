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
        /// A refusal with a header `Date`.
        case dated(String, error: String)

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
        case .dated(let date, let error):
            let body: JSONValue = ["__type": .string(error)]
            return HTTPResponse(status: 403, headers: [("Date", date)], body: body.compactBytes)
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
    DynamoDBStore(endpoint: DynamoDBEndpoint(endpoint("dynamodb", client)), retries: pauses.policy) {
        $0.rawValue == "Unknown" ? nil : "bundle-\($0.rawValue)"
    }
}
