import CCurl
import Machine
import Synchronization

/// HTTP by libcurl over connections that stay open. Calls from several threads go side by side.
package final class CurlClient: HTTPClient {
    package struct Limits: Hashable, Sendable {
        /// Until the connection stands, TLS included.
        package var connect: Duration
        /// From the call to the last byte of the answer. Less where the work in hand has less time left.
        package var total: Duration
        package var responseBytesMax: Int

        package init(connect: Duration = .seconds(1), total: Duration = .seconds(5), responseBytesMax: Int = 20_000_000)
        {
            self.connect = connect
            self.total = total
            self.responseBytesMax = responseBytesMax
        }
    }

    /// Of the time that is left for the work in hand, what is kept for telling of a call that was cut short.
    package static let reserve: Duration = .milliseconds(250)
    /// Less is not begun with: a request that is cut short on its way may have been carried out.
    package static let callTimeMin: Duration = .milliseconds(50)

    private let limits: Limits
    /// Handles at rest, each with its own open connections.
    private let idle = Mutex<[CurlHandle]>([])

    package init(limits: Limits = Limits()) { self.limits = limits }

    package func send(_ request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        let time = WorkDeadline.remaining.map { $0 - Self.reserve }
        if let time, time < Self.callTimeMin { throw .notSent("no time is left for it") }
        guard let handle = idle.withLock({ $0.popLast() }) ?? CurlHandle(limits: limits) else {
            throw .notSent("libcurl can't be initialised")
        }
        defer { idle.withLock { $0.append(handle) } }
        return try handle.perform(request, within: time.map { min($0, limits.total) } ?? limits.total)
    }
}

extension Duration {
    /// Whole milliseconds, at least 1: libcurl takes 0 for no limit.
    fileprivate var curlMilliseconds: Int {
        max(1, Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000))
    }
}

/// One easy handle. It is used by one thread at a time: whoever took it out of the idle ones.
private final class CurlHandle: @unchecked Sendable {
    private let curl: UnsafeMutableRawPointer
    /// The client's ceiling, and that of the request in hand.
    private let clientBytesMax: Int
    private var bytesMax: Int
    private var head: [UInt8] = []
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// Whether the request must not be sent a second time, and whether it was sent once.
    private var isOnce = false
    private var isSent = false

    init?(limits: CurlClient.Limits) {
        guard let curl = curl_easy_init() else { return nil }
        self.curl = curl
        clientBytesMax = limits.responseBytesMax
        bytesMax = clientBytesMax
        // Time-outs without SIGALRM, which would hit other threads.
        ccurl_set_long(curl, CURLOPT_NOSIGNAL, 1)
        ccurl_set_long(curl, CURLOPT_TCP_NODELAY, 1)
        ccurl_set_long(curl, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        ccurl_set_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        // An object's key may hold `..`.
        ccurl_set_long(curl, CURLOPT_PATH_AS_IS, 1)
        ccurl_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, limits.connect.curlMilliseconds)
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_receiver(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            CurlHandle.of(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_pointer(curl, CURLOPT_WRITEDATA, context)
        ccurl_set_receiver(curl, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            CurlHandle.of(context).receiveHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_pointer(curl, CURLOPT_HEADERDATA, context)
        // Called before the request goes out.
        ccurl_set_prerequest(curl) { context, _, _, _, _ in
            CurlHandle.of(context).maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
        ccurl_set_pointer(curl, CURLOPT_PREREQDATA, context)
    }

    deinit { curl_easy_cleanup(curl) }

    private static func of(_ context: UnsafeMutableRawPointer?) -> CurlHandle {
        Unmanaged<CurlHandle>.fromOpaque(context!).takeUnretainedValue()
    }

    /// libcurl by itself sends a request again when a connection that was open before closes without an answer. The
    /// server may have acted on the first by then, so whether to do what a POST does once more is not libcurl's to
    /// decide.
    private func maySend() -> Bool {
        if isSent, isOnce { return false }
        isSent = true
        return true
    }

    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= bytesMax else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func receiveHead(_ line: UnsafeRawBufferPointer) -> Int {
        // A status line begins a head; that of a proxy or of 100 Continue is followed by another.
        if line.starts(with: "HTTP/".utf8) { head.removeAll(keepingCapacity: true) }
        head.append(contentsOf: line)
        return line.count
    }

    func perform(_ request: HTTPRequest, within time: Duration) throws(HTTPError) -> HTTPResponse {
        head.removeAll(keepingCapacity: true)
        body = []
        isTooLarge = false
        isOnce = request.method == .post
        isSent = false
        bytesMax = min(clientBytesMax, request.responseBytesMax ?? clientBytesMax)
        let headers = Self.list(request.headers)
        defer { curl_slist_free_all(headers) }
        ccurl_set_long(curl, CURLOPT_TIMEOUT_MS, time.curlMilliseconds)
        ccurl_set_text(curl, CURLOPT_URL, request.url)
        ccurl_set_pointer(curl, CURLOPT_HTTPHEADER, headers)
        let code = request.body.withUnsafeBufferPointer { bytes in
            setMethod(request.method, body: bytes)
            return curl_easy_perform(curl)
        }
        guard code == CURLE_OK else { throw failure(code) }
        var status = 0
        ccurl_get_long(curl, CURLINFO_RESPONSE_CODE, &status)
        return HTTPResponse(status: status, head: head, body: body)
    }

    private static func list(_ headers: [(name: String, value: String)]) -> UnsafeMutablePointer<curl_slist>? {
        // Asking first whether a body is welcome would cost a round trip.
        var list = curl_slist_append(nil, "Expect:")
        for (name, value) in headers {
            // A header without a value is written with a semicolon; a colon would remove it.
            list = curl_slist_append(list, value.isEmpty ? name + ";" : name + ": " + value)
        }
        return list
    }

    private func setMethod(_ method: HTTPRequest.Method, body: UnsafeBufferPointer<UInt8>) {
        ccurl_set_text(curl, CURLOPT_CUSTOMREQUEST, nil)
        switch method {
        case .get: ccurl_set_long(curl, CURLOPT_HTTPGET, 1)
        case .head: ccurl_set_long(curl, CURLOPT_NOBODY, 1)
        case .delete where body.isEmpty:
            ccurl_set_long(curl, CURLOPT_HTTPGET, 1)
            ccurl_set_text(curl, CURLOPT_CUSTOMREQUEST, method.rawValue)
        case .post, .put, .delete:
            ccurl_set_long(curl, CURLOPT_POST, 1)
            ccurl_set_size(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            // Read in place while the request is sent; without a body the fields still must not be nil, which would
            // ask a callback for them.
            let empty: StaticString = ""
            let fields = body.baseAddress ?? empty.utf8Start
            ccurl_set_pointer(curl, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: fields))
            if method != .post { ccurl_set_text(curl, CURLOPT_CUSTOMREQUEST, method.rawValue) }
        }
    }

    private func failure(_ code: CURLcode) -> HTTPError {
        if isTooLarge { return .responseTooLarge(bytesMax: bytesMax) }
        if code == CURLE_ABORTED_BY_CALLBACK { return .outcomeUnknown("the connection closed before the answer") }
        let reason = String(cString: curl_easy_strerror(code))
        // 0 until connection and TLS stand and the request is about to be sent.
        var untilSending: curl_off_t = 0
        ccurl_get_size(curl, CURLINFO_PRETRANSFER_TIME_T, &untilSending)
        return untilSending == 0 ? .notSent(reason) : .outcomeUnknown(reason)
    }
}
