import JSON
import NIOCore
import NIOHTTP1

/// A service that speaks AWS JSON 1.0 or 1.1: `POST /` with `X-Amz-Target: <prefix>.<operation>`.
///
/// - Note: Source: Smithy, "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol".
protocol JSONProtocolService: EmulatedService {
    /// Before the dot of `X-Amz-Target`, such as `AmazonSQS`.
    var targetPrefix: String { get }
    var host: ServiceHost { get }

    /// Carries an operation out. `reply` is called once, then or later; the answer leaves when what was noted by then
    /// is in the file.
    func perform(
        _ operation: String, _ input: JSONValue, of call: ServiceCall,
        reply: @escaping (Result<JSONValue, ServiceFault>) -> Void)

    /// What a caller must be allowed to do for this operation, and on which resource; nil if no policy is asked, as of
    /// what nobody signs.
    func requiredAccess(_ operation: String, _ input: JSONValue) -> (action: String, resource: String)?

    /// What stands before the code in `__type`, such as `com.amazonaws.sqs#`.
    var typePrefix: String { get }

    func headers(of fault: ServiceFault) -> [(String, String)]
}

extension JSONProtocolService {
    var typePrefix: String { "" }

    func headers(of fault: ServiceFault) -> [(String, String)] { [] }

    func owns(_ request: HTTPRequest) -> Bool {
        guard let target = request.headers.first(name: "X-Amz-Target") else { return false }
        return target.hasPrefix(targetPrefix)
            && target.utf8.dropFirst(targetPrefix.utf8.count).first == UInt8(ascii: ".")
    }

    func handle(_ call: ServiceCall) {
        let target = call.request.headers.first(name: "X-Amz-Target") ?? ""
        let contentType = call.request.headers.first(name: "Content-Type") ?? "application/x-amz-json-1.1"
        let requestID = host.identifiers.requestID()
        let host = host
        let answer = { [self] (result: Result<JSONValue, ServiceFault>) in
            let response = response(to: result, contentType: contentType, requestID: requestID)
            host.journal.afterCommit { call.answer(response) }
        }
        let input: JSONValue
        do {
            input =
                try call.request.body.readableBytes == 0
                ? [:] : call.request.body.withUnsafeReadableBytes { try parseJSON($0) }
        } catch {
            return answer(
                .failure(ServiceFault(code: "SerializationException", message: "The body is no JSON: \(error)")))
        }
        guard input.object != nil else {
            return answer(
                .failure(ServiceFault(code: "SerializationException", message: "The body must be an object.")))
        }
        let operation = String(target.dropFirst(targetPrefix.count + 1))
        if let (action, resource) = requiredAccess(operation, input),
            let message = host.access.denial(of: action, on: resource, to: call.caller)
        {
            return answer(.failure(ServiceFault(code: "AccessDeniedException", message: message)))
        }
        perform(operation, input, of: call, reply: answer)
    }

    private func response(
        to result: Result<JSONValue, ServiceFault>, contentType: String, requestID: String
    ) -> HTTPResponse {
        let common = [("Content-Type", contentType), ("x-amzn-RequestId", requestID)]
        switch result {
        case .success(let output):
            return HTTPResponse(.ok, headers: common, body: ByteBuffer(bytes: output.compactBytes))
        case .failure(let fault):
            let body: JSONValue = ["__type": .string(typePrefix + fault.code), "message": .string(fault.message)]
            return HTTPResponse(
                fault.status, headers: common + headers(of: fault), body: ByteBuffer(bytes: body.compactBytes))
        }
    }
}
