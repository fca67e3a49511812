import Items
import JSON
import SRP
import Template
import Time

// Answers to challenges, and what follows a password.
extension CognitoService {
    func respondToAuthChallenge(
        _ request: PoolRequest, isAdmin: Bool, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let (pool, client) = try client(of: request, isAdmin: isAdmin)
        let name = try request.text("ChallengeName")
        let responses = request.map("ChallengeResponses")
        let username = try Self.required("USERNAME", in: responses)
        let found = pool.user(named: username)
        try client.check(
            secretHash: responses["SECRET_HASH"], of: [username] + [found?.username].compactMap { $0 })
        let id: String
        switch name {
        case "PASSWORD_VERIFIER": id = try Self.required("PASSWORD_CLAIM_SECRET_BLOCK", in: responses)
        case "NEW_PASSWORD_REQUIRED":
            guard let session = try request.optionalText("Session"), !session.isEmpty else {
                throw .badParameter("Missing required parameter Session")
            }
            id = session
        default: throw .badParameter("Unsupported challenge: \(name)")
        }
        guard let challenge = pool.challenges[id], challenge.clientID == client.id else {
            throw name == "PASSWORD_VERIFIER" ? .wrongPassword : .badSession
        }
        guard host.clock.now < challenge.expiresAt else {
            pool.challenges.remove(id)
            throw .notAuthorized("Invalid session for the user, session is expired.")
        }
        let signIn = SignIn(pool: pool, client: client, name: username, metadata: challenge.metadata)
        let user = pool.users[challenge.userKey]
        switch (challenge.step, name) {
        case (.password(let exchange, let block), "PASSWORD_VERIFIER"):
            pool.challenges.remove(id)
            let signature = try Self.required("PASSWORD_CLAIM_SIGNATURE", in: responses)
            let timestamp = try Self.required("TIMESTAMP", in: responses)
            let isRight = exchange?.accepts(
                signature: Base64.bytes(of: signature) ?? [], pool: pool.shortName, user: user?.username ?? "",
                secretBlock: block, timestamp: timestamp)
            try passwordChecked(isRight ?? false, user, signIn, metadata: request.metadata, reply)
        case (.newPassword, "NEW_PASSWORD_REQUIRED"):
            guard let user, user.sub == found?.sub else { throw .badSession }
            try setNewPassword(user, responses, signIn, request.metadata, reply)
            pool.challenges.remove(id)
        default: throw .badSession
        }
    }

    /// What follows when the password is known to be right or wrong.
    func passwordChecked(
        _ isRight: Bool, _ found: PoolUser?, _ signIn: SignIn, metadata: [String: String], _ reply: @escaping Reply
    ) throws(ServiceFault) {
        guard var user = found else { throw .wrongPassword }
        let now = host.clock.now
        guard !user.passwordAttempts.isLocked(at: now) else { throw .lockedOut }
        guard isRight else {
            user.passwordAttempts.fail(at: now)
            signIn.pool.save(user, modified: false)
            throw .wrongPassword
        }
        guard user.isEnabled else { throw .disabled }
        if user.passwordAttempts != AttemptLog() {
            user.passwordAttempts = AttemptLog()
            signIn.pool.save(user, modified: false)
        }
        switch user.status {
        case .unconfirmed: throw .unconfirmed
        case .resetRequired: throw .resetRequired
        case .forceChangePassword:
            if let expiry = user.passwordExpiresAt, expiry <= now.milliseconds {
                throw .notAuthorized("Temporary password has expired and must be reset by an administrator.")
            }
            try challengeForNewPassword(user, signIn, reply)
        case .confirmed:
            complete(user, signIn, "Authentication", metadata, reply)
        }
    }

    private func challengeForNewPassword(
        _ user: PoolUser, _ signIn: SignIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let id = Base64.text(of: host.identifiers.bytes(96))
        try add(.newPassword, id, userKey: signIn.pool.key(of: user), signIn)
        let attributes = JSONValue.object(JSONObject(texts: user.attributes))
        let missing = signIn.pool.resource.attributes.filter {
            $0.isRequired && (user.attributes[$0.name] ?? "").isEmpty
        }
        let required = JSONValue.array(missing.map { .string("userAttributes.\($0.name)") })
        reply(
            .success([
                "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": .string(id),
                "ChallengeParameters": [
                    "USER_ID_FOR_SRP": .string(user.username),
                    "requiredAttributes": .string(String(decoding: required.compactBytes, as: UTF8.self)),
                    "userAttributes": .string(String(decoding: attributes.compactBytes, as: UTF8.self)),
                ],
            ]))
    }

    private func setNewPassword(
        _ found: PoolUser, _ responses: [String: String], _ signIn: SignIn, _ metadata: [String: String],
        _ reply: @escaping Reply
    ) throws(ServiceFault) {
        var user = found
        let password = try Self.required("NEW_PASSWORD", in: responses)
        try PasswordRules.check(password, by: signIn.pool.resource.passwordPolicy)
        var attributes: [String: String] = [:]
        for (name, value) in responses where name.hasPrefix("userAttributes.") {
            attributes[String(name.dropFirst("userAttributes.".count))] = value
        }
        try AttributeRules(pool: signIn.pool.resource).check(
            attributes, allowed: signIn.client.writeAttributes, isNew: false, isAdmin: false)
        user.attributes.merge(attributes) { _, new in new }
        for required in signIn.pool.resource.attributes where required.isRequired {
            guard !(user.attributes[required.name] ?? "").isEmpty else {
                throw .badParameter("Invalid attributes given, \(required.name) is missing")
            }
        }
        user.setPassword(signIn.pool.verifier(for: password, username: user.username))
        user.status = .confirmed
        signIn.pool.save(user)
        complete(user, signIn, "NewPasswordChallenge", metadata, reply)
    }
}
