import JSON
import SRP
import Template
import Time

// Changing passwords.
extension CognitoService {
    func forgotPassword(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let (pool, client) = try client(of: request)
        let name = try request.name("Username")
        let found = pool.user(named: name)
        try client.check(
            secretHash: try request.optionalText("SecretHash"), of: [name] + [found?.username].compactMap { $0 })
        guard var user = found, user.isEnabled || !client.hidesUserExistence else {
            guard client.hidesUserExistence else { throw .noUser }
            return reply(.success(["CodeDeliveryDetails": Self.simulatedDelivery(name)]))
        }
        guard user.isEnabled else { throw .disabled }
        guard user.status != .forceChangePassword else {
            throw .notAuthorized("User password cannot be reset in the current state.")
        }
        let attribute = try recoveryAttribute(of: user, in: pool)
        if user.codeAttempts.request(at: host.clock.now) { throw .tooManyAttempts }
        sendPasswordCode(&user, attribute, pool, client.id, request.metadata, reply)
    }

    /// Where a code to reset the password goes.
    private func recoveryAttribute(of user: PoolUser, in pool: UserPool) throws(ServiceFault) -> String {
        for mechanism in pool.resource.recovery {
            guard mechanism != "admin_only" else { throw .notAuthorized("Contact administrator to reset password.") }
            let attribute = String(mechanism.dropFirst("verified_".count))
            if user.isVerified(attribute), user.attributes[attribute] != nil { return attribute }
        }
        throw .badParameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number")
    }

    private func sendPasswordCode(
        _ user: inout PoolUser, _ attribute: String, _ pool: UserPool, _ clientID: String, _ metadata: [String: String],
        _ reply: @escaping Reply
    ) {
        let code = makeCode(PoolUser.passwordCode, for: attribute, lifetime: Self.passwordCodeLifetime, &user)
        pool.save(user, modified: false)
        let outgoing = OutgoingCode(
            kind: .verification, source: "CustomMessage_ForgotPassword", attribute: attribute,
            address: user.attributes[attribute] ?? "", code: code, user: user, clientID: clientID, metadata: metadata)
        send(outgoing, in: pool) { result in reply(result.map { ["CodeDeliveryDetails": $0] }) }
    }

    func confirmForgotPassword(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let (pool, client) = try client(of: request)
        let name = try request.name("Username")
        let text = try request.text("ConfirmationCode", max: 2_048)
        let password = try request.password("Password")
        let found = pool.user(named: name)
        try client.check(
            secretHash: try request.optionalText("SecretHash"), of: [name] + [found?.username].compactMap { $0 })
        guard var user = found, user.isEnabled || !client.hidesUserExistence else {
            throw client.hidesUserExistence ? .wrongCode : .noUser
        }
        guard user.isEnabled else { throw .disabled }
        try PasswordRules.check(password, by: pool.resource.passwordPolicy)
        let code = try takeCode(PoolUser.passwordCode, text, of: &user, in: pool)
        user.attributes["\(code.attribute)_verified"] = "true"
        user.setPassword(pool.verifier(for: password, username: user.username))
        user.status = .confirmed
        pool.save(user)
        callPostConfirmation("ConfirmForgotPassword", user, pool, client.id, request.metadata) { result in
            reply(result.map { _ in [:] })
        }
    }

    func changePassword(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let (pool, now) = (signedIn.pool, host.clock.now)
        var user = signedIn.user
        let old = try request.password("PreviousPassword")
        let new = try request.password("ProposedPassword")
        guard !user.passwordAttempts.isLocked(at: now) else { throw .tooManyAttempts }
        guard user.password?.accepts(old, user: user.username, pool: pool.shortName) == true else {
            user.passwordAttempts.fail(at: now)
            pool.save(user, modified: false)
            throw .wrongPassword
        }
        try PasswordRules.check(new, by: pool.resource.passwordPolicy)
        user.setPassword(pool.verifier(for: new, username: user.username))
        pool.save(user)
        reply(.success([:]))
    }

    func adminSetUserPassword(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        var user = try user(of: request, in: pool)
        let password = try request.password("Password")
        try PasswordRules.check(password, by: pool.resource.passwordPolicy)
        let isPermanent = request.flag("Permanent")
        user.setPassword(
            pool.verifier(for: password, username: user.username),
            temporaryUntil: isPermanent ? nil : temporaryPasswordExpiry(in: pool))
        user.status = isPermanent ? .confirmed : .forceChangePassword
        pool.save(user)
        return [:]
    }

    func temporaryPasswordExpiry(in pool: UserPool) -> Timestamp {
        host.clock.now + .seconds(86_400 * pool.resource.passwordPolicy.temporaryPasswordDays)
    }

    func adminResetUserPassword(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let pool = try pool(of: request)
        var user = try user(of: request, in: pool)
        guard user.isEnabled else { throw .disabled }
        guard user.status != .forceChangePassword else {
            throw .notAuthorized("User password cannot be reset in the current state.")
        }
        let contact = ["phone_number", "email"].first { user.isVerified($0) && user.attributes[$0] != nil }
        guard let attribute = contact else {
            throw .badParameter(
                "Cannot reset password for the user as there is no registered/verified email or phone_number")
        }
        user.status = .resetRequired
        pool.save(user)
        sendPasswordCode(&user, attribute, pool, "CLIENT_ID_NOT_APPLICABLE", request.metadata) { result in
            reply(result.map { _ in [:] })
        }
    }
}
