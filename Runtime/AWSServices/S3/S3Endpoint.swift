package import HTTPTransport
import Machine
import Time

/// S3's protocol: the key in the path, everything else in headers and the query.
///
/// - Note: Source: Amazon S3 API Reference, "Making requests", "Error responses".
package struct S3Endpoint: Sendable {
    /// What came of one try.
    enum Outcome {
        case success(HTTPResponse)
        /// Refused with that status and that code of S3's; its words may hold keys.
        case refused(status: Int, code: String)
        /// More bytes than were wanted.
        case tooLarge
        /// Not done, as there is too much to do.
        case busy(String)
        /// Done or not, nobody knows.
        case failed(String)
    }

    struct Call {
        var method: HTTPRequest.Method
        var bucket: String
        var key: String
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// Of the answer.
        var bytesMax: Int?
    }

    /// Room for S3's words of refusal, whatever the object may have: they tell a missing one from a large one.
    private static let refusalBytesMax = 16_384

    /// With the scheme, without a path: AWS's own host gets the bucket in front.
    private let base: String
    private let bucketsAreHosts: Bool
    private let client: any HTTPClient
    private let signer: RequestSigner
    private let clock: SigningClock

    /// - Parameter url: of another than AWS, without a path, such as `http://127.0.0.1:4566`, where the bucket comes
    ///   first in the path; nil for AWS, where it is a host of its own.
    package init(
        url: String?, region: String, credentials: Credentials, client: any HTTPClient,
        clock: SigningClock
    ) {
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let base = url ?? "https://s3.\(region).\(suffix)"
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        bucketsAreHosts = url == nil
        self.client = client
        signer = RequestSigner(service: "s3", region: region, credentials: credentials)
        self.clock = clock
    }

    private func scheme() -> Substring { base.prefix { $0 != ":" } }

    private func unsigned(_ call: Call) -> UnsignedRequest {
        let scheme = scheme()
        var host = String(base.dropFirst(scheme.count + "://".count))
        // As clients send it: without a port that is the scheme's own.
        for (name, port) in [("https", ":443"), ("http", ":80")] where scheme == name && host.hasSuffix(port) {
            host.removeLast(port.count)
        }
        if bucketsAreHosts { host = "\(call.bucket).\(host)" }
        return UnsignedRequest(
            call.method.rawValue, host: host, path: bucketsAreHosts ? "/\(call.key)" : "/\(call.bucket)/\(call.key)",
            query: call.query, headers: call.headers, body: call.body)
    }

    /// Sends the call; once more if it was refused for its time alone.
    func send(_ call: Call) -> Outcome {
        let instant = clock.now
        let (outcome, response) = send(call, at: instant)
        guard case .refused(_, let code) = outcome,
            clock.learns(from: code, signedAt: instant, date: response?.header("date"))
        else { return outcome }
        return send(call, at: clock.now).outcome
    }

    private func send(_ call: Call, at instant: Timestamp) -> (outcome: Outcome, response: HTTPResponse?) {
        let unsigned = unsigned(call)
        var headers = signer.headers(signing: unsigned, at: instant)
        // Not signed, for whoever passes a request on may change it.
        if let trace = Environment.text("_X_AMZN_TRACE_ID") { headers.append(("X-Amzn-Trace-Id", trace)) }
        let request = HTTPRequest(
            call.method, "\(scheme())://\(unsigned.host)\(signer.target(of: unsigned))", headers: headers,
            body: call.body, responseBytesMax: call.bytesMax.map { max($0, Self.refusalBytesMax) })
        do throws(HTTPError) {
            let response = try client.send(request)
            let outcome = Self.outcome(response)
            if case .success = outcome, let bytesMax = call.bytesMax, response.body.count > bytesMax {
                return (.tooLarge, response)
            }
            return (outcome, response)
        } catch {
            if case .responseTooLarge = error { return (.tooLarge, nil) }
            return (.failed(error.description), nil)
        }
    }

    /// The address at which anyone may make the call for so long, with its headers as they are.
    func presigned(_ call: Call, at instant: Timestamp, expiresAfter seconds: Int) -> String {
        let unsigned = unsigned(call)
        let target = signer.presignedTarget(of: unsigned, at: instant, expiresAfter: seconds)
        return "\(scheme())://\(unsigned.host)\(target)"
    }

    private static func outcome(_ response: HTTPResponse) -> Outcome {
        switch response.status {
        case 200..<300: return .success(response)
        case 429, 503: return .busy("status \(response.status)")
        case 500...: return .failed("status \(response.status)")
        default: break
        }
        let code = code(in: response.body)
        // Two writes of one key at the same time, and a body that did not come in time.
        let passing = ["ConditionalRequestConflict", "OperationAborted", "RequestTimeout"]
        if passing.contains(code) { return .busy(code) }
        return .refused(status: response.status, code: code)
    }

    /// `<Error><Code>NoSuchKey</Code>…`: the first is the error's own.
    private static func code(in body: [UInt8]) -> String {
        let mark = Array("<Code>".utf8)
        var rest = body.prefix(4_096)
        while !rest.starts(with: mark) {
            guard rest.popFirst() != nil else { return "" }
        }
        return String(decoding: rest.dropFirst(mark.count).prefix { $0 != UInt8(ascii: "<") }, as: UTF8.self)
    }
}
