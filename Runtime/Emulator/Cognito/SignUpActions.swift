import JSON
import Template
import Time

// Signing up and confirming it.
extension CognitoService {
    func signUp(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let (pool, client) = try client(of: request)
        let name = try request.name("Username")
        try client.check(secretHash: try request.optionalText("SecretHash"), of: [name])
        guard !pool.resource.allowsAdminCreateUserOnly else {
            throw .notAuthorized("SignUp is not permitted for this user pool")
        }
        let password = try request.password("Password")
        try PasswordRules.check(password, by: pool.resource.passwordPolicy)
        var attributes = try request.attributes("UserAttributes")
        let (username, sub) = try newName(name, &attributes, in: pool)
        try AttributeRules(pool: pool.resource).check(
            attributes, allowed: client.writeAttributes, isNew: true, isAdmin: false)
        try requireFree(username, attributes, in: pool)
        let now = host.clock.now.milliseconds
        var user = PoolUser(
            username: username, sub: sub, attributes: attributes, status: .unconfirmed, createdAt: now, modifiedAt: now)
        user.setPassword(pool.verifier(for: password, username: username))
        let metadata = request.metadata
        let call = TriggerCall(
            trigger: "PreSignUp", source: "PreSignUp_SignUp", username: username, clientID: client.id,
            request: [
                "userAttributes": .object(JSONObject(texts: attributes)),
                "validationData": .object(JSONObject(texts: try request.attributes("ValidationData"))),
                "clientMetadata": .object(JSONObject(texts: metadata)),
            ],
            response: ["autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false])
        triggers.call(call, of: pool.resource) { [self] result in
            proceed(result, reply) { (response) throws(ServiceFault) in
                // Someone else may have come first while the function ran.
                try requireFree(username, attributes, in: pool)
                try verifyAsTold(response, &user)
                let isConfirmed = try response.triggerFlag("autoConfirmUser", "PreSignUp")
                finishSignUp(&user, isConfirmed, pool, client, metadata, reply)
            }
        }
    }

    /// What PreSignUp says of the addresses.
    private func verifyAsTold(_ response: JSONValue, _ user: inout PoolUser) throws(ServiceFault) {
        for (flag, attribute) in [("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")] {
            guard try response.triggerFlag(flag, "PreSignUp") else { continue }
            guard user.attributes[attribute] != nil else { throw Triggers.invalidResponse("PreSignUp") }
            user.attributes["\(attribute)_verified"] = "true"
        }
    }

    private func finishSignUp(
        _ user: inout PoolUser, _ isConfirmed: Bool, _ pool: UserPool, _ client: UserPoolClientResource,
        _ metadata: [String: String], _ reply: @escaping Reply
    ) {
        var answer: JSONObject = ["UserConfirmed": .bool(isConfirmed), "UserSub": .string(user.sub)]
        for attribute in ["email", "phone_number"] where user.attributes[attribute] != nil {
            let flag = "\(attribute)_verified"
            user.attributes[flag] = user.attributes[flag] ?? "false"
        }
        if isConfirmed {
            user.status = .confirmed
            pool.save(user)
            return callPostConfirmation("ConfirmSignUp", user, pool, client.id, metadata) { result in
                reply(result.map { _ in .object(answer) })
            }
        }
        guard let attribute = attributeToVerify(user, in: pool), let address = user.attributes[attribute] else {
            pool.save(user)
            return reply(.success(.object(answer)))
        }
        let code = makeCode(
            PoolUser.signUpCode, for: attribute, lifetime: Self.signUpCodeLifetime, &user)
        pool.save(user)
        let outgoing = OutgoingCode(
            kind: .verification, source: "CustomMessage_SignUp", attribute: attribute, address: address, code: code,
            user: user, clientID: client.id, metadata: metadata)
        send(outgoing, in: pool) { result in
            reply(
                result.map { details in
                    answer["CodeDeliveryDetails"] = details
                    return .object(answer)
                })
        }
    }

    func callPostConfirmation(
        _ source: String, _ user: PoolUser, _ pool: UserPool, _ clientID: String, _ metadata: [String: String],
        completion: @escaping Triggers.Completion
    ) {
        let call = TriggerCall(
            trigger: "PostConfirmation", source: "PostConfirmation_\(source)", username: user.username,
            clientID: clientID,
            request: [
                "userAttributes": .object(triggerAttributes(of: user)),
                "clientMetadata": .object(JSONObject(texts: metadata)),
            ],
            response: [:])
        triggers.call(call, of: pool.resource, completion: completion)
    }

    /// The username and `sub` of someone new: where addresses stand for names the username is the `sub`, and the
    /// address becomes an attribute.
    func newName(
        _ name: String, _ attributes: inout [String: String], in pool: UserPool
    ) throws(ServiceFault) -> (username: String, sub: String) {
        let sub = host.identifiers.requestID()
        let kinds = pool.resource.usernameAttributes
        guard kinds.isEmpty else {
            if kinds.contains("email"), AttributeRules.isEmail(name) {
                attributes["email"] = name
            } else if kinds.contains("phone_number"), AttributeRules.isPhoneNumber(name) {
                attributes["phone_number"] = name
            } else {
                throw .badParameter(
                    kinds.count == 2
                        ? "Username should be either an email or a phone number."
                        : kinds[0] == "email" ? "Username should be an email." : "Username should be a phone number.")
            }
            return (sub, sub)
        }
        if pool.resource.aliasAttributes.contains("email"), AttributeRules.isEmail(name) {
            throw .badParameter(
                "Username cannot be of email format, since user pool is configured for email alias.")
        }
        if pool.resource.aliasAttributes.contains("phone_number"), AttributeRules.isPhoneNumber(name) {
            throw .badParameter(
                "Username cannot be of phone number format, since user pool is configured for phone number alias.")
        }
        return (name, sub)
    }

    func requireFree(
        _ username: String, _ attributes: [String: String], in pool: UserPool
    ) throws(ServiceFault) {
        if pool.users[pool.fold(username)] != nil { throw .usernameExists(nil) }
        for attribute in pool.resource.usernameAttributes {
            if let value = attributes[attribute], pool.owner(of: attribute, value) != nil {
                throw .usernameExists(attribute)
            }
        }
    }

    /// Lets an address count for its owner: others who had it as an alias lose it if `force` says so.
    func takeAlias(
        _ attribute: String, for user: PoolUser, in pool: UserPool, force: Bool
    ) throws(ServiceFault) {
        guard let value = user.attributes[attribute], var other = pool.owner(of: attribute, value),
            other.sub != user.sub
        else { return }
        guard force, pool.resource.usernameAttributes.isEmpty else { throw .aliasExists(attribute) }
        other.attributes["\(attribute)_verified"] = "false"
        pool.save(other)
    }

    func confirmSignUp(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let (pool, client) = try client(of: request)
        let name = try request.name("Username")
        let text = try request.text("ConfirmationCode", max: 2_048)
        try client.check(
            secretHash: try request.optionalText("SecretHash"),
            of: [name] + [pool.user(named: name)?.username].compactMap { $0 })
        guard var user = pool.user(named: name) else {
            throw client.hidesUserExistence ? .expiredCode : .noUser
        }
        guard user.isEnabled else { throw .disabled }
        guard user.status == .unconfirmed else {
            throw .notAuthorized("User cannot be confirmed. Current status is \(user.status.rawValue)")
        }
        let code = try takeCode(PoolUser.signUpCode, text, of: &user, in: pool)
        try takeAlias(code.attribute, for: user, in: pool, force: request.flag("ForceAliasCreation"))
        user.attributes["\(code.attribute)_verified"] = "true"
        user.status = .confirmed
        pool.save(user)
        callPostConfirmation("ConfirmSignUp", user, pool, client.id, request.metadata) { result in
            reply(result.map { _ in [:] })
        }
    }

    func adminConfirmSignUp(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let pool = try pool(of: request)
        var user = try user(of: request, in: pool)
        guard user.status == .unconfirmed else {
            throw .notAuthorized("User cannot be confirmed. Current status is \(user.status.rawValue)")
        }
        user.status = .confirmed
        user.codes[PoolUser.signUpCode] = nil
        pool.save(user)
        callPostConfirmation("ConfirmSignUp", user, pool, "CLIENT_ID_NOT_APPLICABLE", request.metadata) { result in
            reply(result.map { _ in [:] })
        }
    }

    func resendConfirmationCode(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let (pool, client) = try client(of: request)
        let name = try request.name("Username")
        let found = pool.user(named: name)
        try client.check(
            secretHash: try request.optionalText("SecretHash"), of: [name] + [found?.username].compactMap { $0 })
        guard var user = found, user.isEnabled || !client.hidesUserExistence else {
            guard client.hidesUserExistence else { throw .noUser }
            return reply(.success(["CodeDeliveryDetails": Self.simulatedDelivery(name)]))
        }
        guard user.status == .unconfirmed else { throw .badParameter("User is already confirmed.") }
        guard let attribute = attributeToVerify(user, in: pool), let address = user.attributes[attribute] else {
            throw .badParameter("Auto verification not turned on.")
        }
        if user.codeAttempts.request(at: host.clock.now) { throw .tooManyAttempts }
        let code = makeCode(PoolUser.signUpCode, for: attribute, lifetime: Self.signUpCodeLifetime, &user)
        pool.save(user, modified: false)
        let outgoing = OutgoingCode(
            kind: .verification, source: "CustomMessage_ResendCode", attribute: attribute, address: address, code: code,
            user: user, clientID: client.id, metadata: request.metadata)
        send(outgoing, in: pool) { result in reply(result.map { ["CodeDeliveryDetails": $0] }) }
    }

    /// What is said of someone who is not there.
    static func simulatedDelivery(_ name: String) -> JSONValue {
        if AttributeRules.isPhoneNumber(name) { return deliveryDetails("phone_number", name) }
        return deliveryDetails("email", AttributeRules.isEmail(name) ? name : "\(name.prefix(1))@example.com")
    }
}
