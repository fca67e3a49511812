import JSON
import Template
import Time

/// A code or a temporary password on its way to someone.
struct OutgoingCode {
    enum Kind { case verification, invitation }

    var kind: Kind
    /// What the CustomMessage trigger is told, such as `CustomMessage_SignUp`.
    var source: String
    /// Where to: `email` or `phone_number`.
    var attribute: String
    /// Its value; another than the user's while a new one is being verified.
    var address: String
    var code: String
    var user: PoolUser
    var clientID: String
    var metadata: [String: String]
}

extension CognitoService {
    static let signUpCodeLifetime = Duration.seconds(86_400)
    static let passwordCodeLifetime = Duration.seconds(3_600)

    /// The address that a new user's code goes to: a phone rather than a mailbox.
    func attributeToVerify(_ user: PoolUser, in pool: UserPool) -> String? {
        ["phone_number", "email"].first {
            pool.resource.autoVerifiedAttributes.contains($0) && !(user.attributes[$0] ?? "").isEmpty
                && !user.isVerified($0)
        }
    }

    /// A fresh code of six digits, noted with the user, who is to be saved.
    func makeCode(
        _ purpose: String, for attribute: String, lifetime: Duration, _ user: inout PoolUser
    ) -> String {
        let digits = String(host.identifiers.number() % 1_000_000)
        let code = String(repeating: "0", count: 6 - digits.count) + digits
        user.codes[purpose] = PoolUser.Code(
            text: code, expiresAt: (host.clock.now + lifetime).milliseconds, attribute: attribute)
        return code
    }

    /// Checks a code that was typed in and takes it away.
    ///
    /// - Throws: after noting the attempt.
    func takeCode(
        _ purpose: String, _ text: String, of user: inout PoolUser, in pool: UserPool
    ) throws(ServiceFault) -> PoolUser.Code {
        if user.codeAttempts.request(at: host.clock.now) { throw .tooManyAttempts }
        pool.save(user, modified: false)
        guard let code = user.codes[purpose], host.clock.now.milliseconds < code.expiresAt else { throw .expiredCode }
        guard code.text == text else { throw .wrongCode }
        user.codes[purpose] = nil
        user.codeAttempts = AttemptLog()
        return code
    }

    /// Asks the CustomMessage trigger for its words and puts the message into the mailbox.
    ///
    /// - Parameter completion: told the `CodeDeliveryDetails`.
    func send(
        _ outgoing: OutgoingCode, in pool: UserPool, completion: @escaping (Result<JSONValue, ServiceFault>) -> Void
    ) {
        let isInvitation = outgoing.kind == .invitation
        let call = TriggerCall(
            trigger: "CustomMessage", source: outgoing.source, username: outgoing.user.username,
            clientID: outgoing.clientID,
            request: [
                "userAttributes": .object(triggerAttributes(of: outgoing.user)), "codeParameter": "{####}",
                "usernameParameter": isInvitation ? "{username}" : .null, "linkParameter": "{##Click Here##}",
                "clientMetadata": .object(JSONObject(texts: outgoing.metadata)),
            ],
            response: ["smsMessage": .null, "emailMessage": .null, "emailSubject": .null])
        triggers.call(call, of: pool.resource) { [self] result in
            completion(
                result.flatMap { response in
                    Result { () throws(ServiceFault) in try deliver(outgoing, response, pool) }
                })
        }
    }

    private func deliver(
        _ outgoing: OutgoingCode, _ response: JSONValue, _ pool: UserPool
    ) throws(ServiceFault) -> JSONValue {
        let isSMS = outgoing.attribute == "phone_number"
        let isInvitation = outgoing.kind == .invitation
        let email = isInvitation ? pool.resource.invitationEmail : pool.resource.verificationEmail
        let sms = isInvitation ? pool.resource.invitationSMS : pool.resource.verificationSMS
        let own = response[isSMS ? "smsMessage" : "emailMessage"]?.string
        // Without its place the code would never arrive.
        if let own, !own.contains("{####}") { throw Triggers.invalidResponse("CustomMessage") }
        let text = own ?? (isSMS ? sms : email.text)
        let subject = isSMS ? "" : response["emailSubject"]?.string ?? email.subject
        let name = pool.resource.usernameAttributes.isEmpty ? outgoing.user.username : outgoing.address
        func filled(_ text: String) -> String {
            text.replacing("{username}", with: name).replacing("{####}", with: outgoing.code)
        }
        mailbox.put(
            medium: isSMS ? "SMS" : "EMAIL", to: outgoing.address, subject: filled(subject), text: filled(text),
            from: pool.resource.name)
        return Self.deliveryDetails(outgoing.attribute, outgoing.address)
    }

    static func deliveryDetails(_ attribute: String, _ address: String) -> JSONValue {
        [
            "Destination": .string(AttributeRules.masked(address, attribute)),
            "DeliveryMedium": attribute == "phone_number" ? "SMS" : "EMAIL", "AttributeName": .string(attribute),
        ]
    }

    /// What triggers are told of a user.
    func triggerAttributes(of user: PoolUser, withStatus: Bool = true) -> JSONObject {
        var attributes = JSONObject(user.allAttributes.map { ($0.name, JSONValue.string($0.value)) })
        if withStatus { attributes["cognito:user_status"] = .string(user.status.rawValue) }
        return attributes
    }
}
