import JSON
import NIOCore
import Template
import Time

/// A call of one of a pool's functions on the way of an action.
struct TriggerCall {
    /// As in `LambdaConfig`.
    var trigger: String
    /// Such as `PreSignUp_SignUp`.
    var source: String
    var username: String
    var clientID: String
    var request: JSONObject
    /// What the function is to fill in.
    var response: JSONObject
    var version = "1"
}

/// Calls the functions of pools and waits for them.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers".
final class Triggers {
    typealias Completion = (Result<JSONValue, ServiceFault>) -> Void

    /// For one attempt, by the wall clock, as the function runs by it.
    private static let timeout = TimeAmount.seconds(5)
    /// When a function does not answer in time.
    private static let attemptsMax = 3

    private let host: ServiceHost
    /// By ARN.
    private let functions: [String: FunctionPool]

    init(functions: [FunctionPool], host: ServiceHost) {
        self.host = host
        self.functions = Dictionary(uniqueKeysWithValues: functions.map { ($0.function.arn, $0) })
    }

    /// - Parameter completion: told the function's `response`; that of the call itself, if the pool has no such
    ///   trigger.
    func call(_ call: TriggerCall, of pool: UserPoolResource, completion: @escaping Completion) {
        guard let arn = pool.triggers[call.trigger] else { return completion(.success(.object(call.response))) }
        guard let function = functions[arn] else {
            return completion(
                .failure(
                    ServiceFault(
                        code: "UnexpectedLambdaException",
                        message: "\(call.trigger) invocation failed due to error: Function not found: \(arn)")))
        }
        let event: JSONValue = [
            "version": .string(call.version), "triggerSource": .string(call.source),
            "region": .string(LocalAccount.region), "userPoolId": .string(pool.id), "userName": .string(call.username),
            "callerContext": ["awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": .string(call.clientID)],
            "request": .object(call.request), "response": .object(call.response),
        ]
        attempt(1, event.compactBytes, function, call.trigger, completion)
    }

    private func attempt(
        _ number: Int, _ event: [UInt8], _ function: FunctionPool, _ trigger: String, _ completion: @escaping Completion
    ) {
        var isOver = false
        let limit = host.loop.assumeIsolated().scheduleTask(in: Self.timeout) { [self] in
            guard !isOver else { return }
            isOver = true
            guard number == Self.attemptsMax else {
                return attempt(number + 1, event, function, trigger, completion)
            }
            completion(
                .failure(
                    ServiceFault(
                        code: "UnexpectedLambdaException",
                        message:
                            "\(trigger) invocation failed due to error Socket timeout while invoking Lambda function."))
            )
        }
        let now = host.clock.now
        let invocation = Invocation(
            requestID: host.identifiers.requestID(), traceID: host.identifiers.traceID(at: now),
            payload: ByteBuffer(bytes: event), time: now)
        function.invoke(
            invocation,
            completion: host.callback { result in
                guard !isOver else { return }
                isOver = true
                limit.cancel()
                completion(Self.response(of: result, trigger))
            })
    }

    private static func response(
        of result: Result<InvocationResult, InvocationRefusal>, _ trigger: String
    ) -> Result<JSONValue, ServiceFault> {
        switch result {
        case .failure(.throttled(let reason)):
            return .failure(
                ServiceFault(
                    code: "UnexpectedLambdaException", message: "\(trigger) invocation failed due to error \(reason)"))
        case .failure(.shuttingDown):
            return .failure(
                ServiceFault(code: "InternalErrorException", message: "The emulator is shutting down."))
        case .success(let result):
            let value = try? parseJSON(Array(result.payload.readableBytesView))
            guard !result.isError else {
                let message = value?["errorMessage"]?.string ?? "Unhandled"
                return .failure(
                    ServiceFault(
                        code: "UserLambdaValidationException", message: "\(trigger) failed with error \(message)."))
            }
            guard let response = value?["response"], response.object != nil else {
                return .failure(invalidResponse(trigger))
            }
            return .success(response)
        }
    }

    static func invalidResponse(_ trigger: String) -> ServiceFault {
        ServiceFault(
            code: "InvalidLambdaResponseException",
            message: "Unrecognizable lambda output: \(trigger) must return its event, with `response` filled in")
    }
}

extension JSONValue {
    /// A flag of a trigger's response; absent means no.
    func triggerFlag(_ name: String, _ trigger: String) throws(ServiceFault) -> Bool {
        guard let value = self[name], !value.isNull else { return false }
        guard let flag = value.bool else { throw Triggers.invalidResponse(trigger) }
        return flag
    }
}

extension JSONObject {
    init(texts: [String: String]) {
        self.init(texts.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) })
    }
}
