package import HTTPTransport
import JSON
import Machine
import Time

/// Where one service answers: signs a request, sends it once, and tells what came of it.
package struct ServiceEndpoint: Sendable {
    private let origin: String
    /// Of the address, before that of every request; without a slash at the end.
    private let basePath: String
    private let host: String
    private let client: any HTTPClient
    private let signer: RequestSigner
    private let clock: SigningClock

    /// - Parameters:
    ///   - service: as signatures name it.
    ///   - url: `https://sqs.eu-central-1.amazonaws.com`, with a path if the service has one, such as a stage's.
    package init(
        service: String, url: String, region: String, credentials: Credentials, client: any HTTPClient,
        clock: SigningClock
    ) {
        // Whole texts and bytes alone: open ranges, and sums of texts and parts of texts, put together a dozen types
        // before a function asks for its first event.
        let url = url.hasSuffix("/") ? String(url.dropLast()) : url
        let scheme = url.hasPrefix("https://") ? "https://" : url.hasPrefix("http://") ? "http://" : ""
        let start = url.utf8.index(url.startIndex, offsetBy: scheme.utf8.count)
        let end = url.utf8[start..<url.endIndex].firstIndex(of: UInt8(ascii: "/")) ?? url.endIndex
        let authority = String(url[start..<end])
        origin = scheme + authority
        basePath = String(url[end..<url.endIndex])
        // Without a port that is the scheme's own.
        let ownPort = scheme == "https://" ? ":443" : ":80"
        host = authority.hasSuffix(ownPort) ? String(authority.dropLast(ownPort.utf8.count)) : authority
        self.client = client
        signer = RequestSigner(service: service, region: region, credentials: credentials)
        self.clock = clock
    }

    /// What is asked of a service.
    struct Call {
        var method = HTTPRequest.Method.post
        var path = "/"
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
    }

    /// Sends the call; once more if it was refused for its time alone.
    func send(_ call: Call) -> CallOutcome {
        let instant = clock.now
        let (outcome, response) = send(call, at: instant)
        guard case .refused(let error, _) = outcome,
            clock.learns(from: error, signedAt: instant, date: response?.header("date"))
        else { return outcome }
        return send(call, at: clock.now).outcome
    }

    private func send(_ call: Call, at instant: Timestamp) -> (outcome: CallOutcome, response: HTTPResponse?) {
        let unsigned = UnsignedRequest(
            call.method.rawValue, host: host, path: basePath + call.path, query: call.query, headers: call.headers,
            body: call.body)
        var signed = signer.headers(signing: unsigned, at: instant)
        // As AWS's own SDKs do in a function, so that what follows can be told from other work, and loops be stopped;
        // not signed, for whoever passes a request on may change it.
        if let trace = Environment.text("_X_AMZN_TRACE_ID") { signed.append(("X-Amzn-Trace-Id", trace)) }
        let request = HTTPRequest(call.method, origin + signer.target(of: unsigned), headers: signed, body: call.body)
        do throws(HTTPError) {
            let response = try client.send(request)
            return (CallOutcome(response), response)
        } catch {
            switch error {
            case .notSent(let why): return (.unreached(why), nil)
            case .outcomeUnknown(let why): return (.lost(why), nil)
            case .responseTooLarge: return (.lost(error.description), nil)
            }
        }
    }
}
