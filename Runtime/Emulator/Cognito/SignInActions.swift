import Digest
import Items
import JSON
import NIOHTTP1
import SRP
import Template
import Time
import Tokens

// Signing in.
extension CognitoService {
    /// A sign-in on its way.
    struct SignIn {
        let pool: UserPool
        let client: UserPoolClientResource
        /// As it was typed.
        let name: String
        let metadata: [String: String]
    }

    func initiateAuth(
        _ request: PoolRequest, isAdmin: Bool, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let (pool, client) = try client(of: request, isAdmin: isAdmin)
        let flow = try request.text("AuthFlow")
        let parameters = request.map("AuthParameters")
        switch flow {
        case "REFRESH_TOKEN", "REFRESH_TOKEN_AUTH":
            guard client.flows.contains("ALLOW_REFRESH_TOKEN_AUTH"), client.rotationGraceSeconds == nil else {
                throw .notEnabled("REFRESH_TOKEN_AUTH", isAdmin)
            }
            try refresh(
                try Self.required("REFRESH_TOKEN", in: parameters), in: pool, client, request.metadata,
                secretHash: parameters["SECRET_HASH"], reply)
        case "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH":
            let isForAdmins = flow != "USER_PASSWORD_AUTH"
            guard client.flows.contains(isForAdmins ? "ALLOW_ADMIN_USER_PASSWORD_AUTH" : "ALLOW_USER_PASSWORD_AUTH"),
                isAdmin == isForAdmins
            else { throw .notEnabled(flow, isAdmin) }
            let name = try Self.required("USERNAME", in: parameters)
            let password = try Self.required("PASSWORD", in: parameters)
            let signIn = SignIn(pool: pool, client: client, name: name, metadata: request.metadata)
            try begin(signIn, secretHash: parameters["SECRET_HASH"], reply) { [self] (user) throws(ServiceFault) in
                let isRight = user?.password?.accepts(password, user: user?.username ?? "", pool: pool.shortName)
                try passwordChecked(isRight ?? false, user, signIn, metadata: [:], reply)
            }
        case "USER_SRP_AUTH":
            guard client.flows.contains("ALLOW_USER_SRP_AUTH") else { throw .notEnabled(flow, isAdmin) }
            let name = try Self.required("USERNAME", in: parameters)
            let digits = try Self.required("SRP_A", in: parameters)
            let signIn = SignIn(pool: pool, client: client, name: name, metadata: request.metadata)
            try begin(signIn, secretHash: parameters["SECRET_HASH"], reply) { [self] (user) throws(ServiceFault) in
                try challengeForPassword(digits, user, signIn, reply)
            }
        default: throw .badParameter("Unsupported auth flow: \(flow)")
        }
    }

    private func client(
        of request: PoolRequest, isAdmin: Bool
    ) throws(ServiceFault) -> (UserPool, UserPoolClientResource) {
        guard isAdmin else { return try client(of: request) }
        let pool = try pool(of: request)
        let id = try request.text("ClientId", max: 128)
        guard let client = pool.clients[id] else { throw .noClient(id) }
        return (pool, client)
    }

    static func required(_ name: String, in parameters: [String: String]) throws(ServiceFault) -> String {
        guard let value = parameters[name], !value.isEmpty else {
            throw .badParameter("Missing required parameter \(name)")
        }
        return value
    }

    /// Finds the user and calls the PreAuthentication trigger. `body` is given nil for someone who is not there, if that
    /// is to be hidden.
    private func begin(
        _ signIn: SignIn, secretHash: String?, _ reply: @escaping Reply,
        _ body: @escaping (PoolUser?) throws(ServiceFault) -> Void
    ) throws(ServiceFault) {
        let (pool, client) = (signIn.pool, signIn.client)
        let found = pool.user(named: signIn.name)
        try client.check(secretHash: secretHash, of: [signIn.name] + [found?.username].compactMap { $0 })
        guard let user = found else {
            guard client.hidesUserExistence else { throw .noUser }
            return try body(nil)
        }
        let call = TriggerCall(
            trigger: "PreAuthentication", source: "PreAuthentication_Authentication", username: user.username,
            clientID: client.id,
            request: [
                "userAttributes": .object(triggerAttributes(of: user)),
                "validationData": .object(JSONObject(texts: signIn.metadata)), "userNotFound": false,
            ],
            response: [:])
        triggers.call(call, of: pool.resource) { [self] result in
            proceed(result, reply) { (_) throws(ServiceFault) in try body(pool.users[pool.key(of: user)]) }
        }
    }

    // MARK: By SRP

    /// Answers A with B, the salt, and a block of random bytes to prove the password over.
    private func challengeForPassword(
        _ digits: String, _ user: PoolUser?, _ signIn: SignIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let even = digits.utf8.count.isMultiple(of: 2) ? digits : "0" + digits
        guard let clientPublic = Digest.bytes(hexadecimal: even) else {
            throw .badParameter("SRP_A must be a hexadecimal number.")
        }
        let secret = host.identifiers.bytes(ServerExchange.secretBytes)
        let password = user?.password ?? Self.simulatedPassword(of: signIn)
        guard let exchange = ServerExchange(password: password, clientPublic: clientPublic, secret: secret) else {
            throw .badParameter("SRP_A is no number that the protocol allows.")
        }
        let block = host.identifiers.bytes(64)
        let id = Base64.text(of: block)
        let name = user?.username ?? Self.simulatedID(of: signIn)
        try add(
            .password(user?.password == nil ? nil : exchange, block: block), id, userKey: signIn.pool.fold(name), signIn
        )
        reply(
            .success([
                "ChallengeName": "PASSWORD_VERIFIER",
                "ChallengeParameters": [
                    "SALT": .string(hexadecimal(password.salt)), "SECRET_BLOCK": .string(id),
                    "SRP_B": .string(hexadecimal(exchange.publicValue)), "USERNAME": .string(name),
                    "USER_ID_FOR_SRP": .string(name),
                ],
            ]))
    }

    /// The same for the same name, so that asking twice tells nothing.
    ///
    /// - Note: Source: Amazon Cognito Developer Guide, "Managing user existence error responses"; RFC 5054, section 2.5.1.3.
    private static func simulatedPassword(of signIn: SignIn) -> PasswordVerifier {
        let seed = SHA256.hash(Array("salt \(signIn.pool.id) \(signIn.pool.fold(signIn.name))".utf8))
        return PasswordVerifier(
            salt: [seed[0] | 0x10] + seed[1..<PasswordVerifier.saltBytes], verifier: SHA256.hash(seed))
    }

    private static func simulatedID(of signIn: SignIn) -> String {
        guard !signIn.pool.resource.usernameAttributes.isEmpty else { return signIn.name }
        return DerivedUUID.text("user \(signIn.pool.id) \(signIn.pool.fold(signIn.name))")
    }

    private func add(
        _ step: Challenges.Step, _ id: String, userKey: String, _ signIn: SignIn
    ) throws(ServiceFault) {
        let now = host.clock.now
        let challenge = Challenges.Challenge(
            step: step, userKey: userKey, clientID: signIn.client.id,
            expiresAt: now + .seconds(signIn.client.challengeSeconds), metadata: signIn.metadata)
        guard signIn.pool.challenges.add(challenge, id, at: now) else {
            throw ServiceFault(code: "TooManyRequestsException", message: "Too many sign-ins are under way.")
        }
    }

    // MARK: Challenges

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
    private func passwordChecked(
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

    // MARK: Tokens

    /// Calls the PostAuthentication trigger and gives tokens.
    private func complete(
        _ user: PoolUser, _ signIn: SignIn, _ source: String, _ metadata: [String: String], _ reply: @escaping Reply
    ) {
        let pool = signIn.pool
        let call = TriggerCall(
            trigger: "PostAuthentication", source: "PostAuthentication_Authentication", username: user.username,
            clientID: signIn.client.id,
            request: [
                "userAttributes": .object(triggerAttributes(of: user)), "newDeviceUsed": false,
                "clientMetadata": .object(JSONObject(texts: metadata)),
            ],
            response: [:])
        triggers.call(call, of: pool.resource) { [self] result in
            proceed(result, reply) { (_) throws(ServiceFault) in
                guard let user = pool.users[pool.key(of: user)] else { throw .noUser }
                pool.forgetExpiredSessions(of: user)
                let now = host.clock.now
                let session = host.identifiers.requestID()
                let token = RefreshToken.text(session: session, secret: host.identifiers.bytes(48))
                let entry = PoolSession(
                    id: session, userKey: pool.key(of: user), clientID: signIn.client.id,
                    authenticatedAt: now.secondsRoundedDown,
                    expiresAt: (now + .seconds(signIn.client.refreshTokenSeconds)).milliseconds,
                    eventID: host.identifiers.requestID(), tokenHash: RefreshToken.hash(token))
                issue(user, entry, signIn.client, pool, source, metadata) { result in
                    self.proceed(result, reply) { (tokens) throws(ServiceFault) in
                        pool.save(entry)
                        var tokens = tokens
                        tokens["RefreshToken"] = .string(token)
                        reply(.success(["AuthenticationResult": .object(tokens), "ChallengeParameters": [:]]))
                    }
                }
            }
        }
    }

    /// Asks the PreTokenGeneration trigger and signs an ID token and an access token.
    ///
    /// - Parameter source: what follows `TokenGeneration_`.
    func issue(
        _ user: PoolUser, _ session: PoolSession, _ client: UserPoolClientResource, _ pool: UserPool, _ source: String,
        _ metadata: [String: String], completion: @escaping (Result<JSONObject, ServiceFault>) -> Void
    ) {
        var issue = TokenIssue(pool: pool, client: client, user: user, session: session, now: host.clock.now)
        let version = pool.resource.tokenGenerationVersion
        var request: JSONObject = [
            "userAttributes": .object(triggerAttributes(of: user)),
            "groupConfiguration": [
                "groupsToOverride": .array(issue.groups.map(JSONValue.string)),
                "iamRolesToOverride": .array(issue.roles.map(JSONValue.string)),
                "preferredRole": issue.preferredRole.map(JSONValue.string) ?? .null,
            ],
            "clientMetadata": .object(JSONObject(texts: metadata)),
        ]
        if version == "V2_0" { request["scopes"] = [.string(TokenIssue.scope)] }
        let call = TriggerCall(
            trigger: "PreTokenGeneration", source: "TokenGeneration_\(source)", username: user.username,
            clientID: client.id, request: request,
            response: version == "V2_0" ? ["claimsAndScopeOverrideDetails": .null] : ["claimsOverrideDetails": .null],
            version: version == "V2_0" ? "2" : "1")
        triggers.call(call, of: pool.resource) { result in
            let applied = result.flatMap { response in
                Result { () throws(ServiceFault) in try issue.apply(response, version: version) }
            }
            guard case .success = applied else { return completion(applied.map { [:] }) }
            pool.key.use { key in
                completion(
                    key.flatMap { key in
                        Result { () throws(ServiceFault) in try Self.signed(issue, by: key, client) }
                    })
            }
        }
    }

    private static func signed(
        _ issue: TokenIssue, by key: PoolKey.Ready, _ client: UserPoolClientResource
    ) throws(ServiceFault) -> JSONObject {
        do {
            return [
                "AccessToken": .string(try key.signing.sign(claims: issue.accessClaims())),
                "ExpiresIn": .number(JSONNumber(client.accessTokenSeconds)),
                "IdToken": .string(try key.signing.sign(claims: issue.idClaims())), "TokenType": "Bearer",
            ]
        } catch {
            throw ServiceFault(
                code: "InternalErrorException", message: "A token can't be signed: \(error)",
                status: .internalServerError)
        }
    }
}

extension ServiceFault {
    static func notEnabled(_ flow: String, _ isAdmin: Bool) -> ServiceFault {
        .badParameter(
            isAdmin ? "Auth flow not enabled for this client" : "\(flow) flow not enabled for this client")
    }
}

/// UUIDs that are the same for the same text.
enum DerivedUUID {
    /// - Note: Source: RFC 9562, section 5.8 (version 8).
    static func text(_ text: String) -> String {
        var bytes = Array(SHA256.hash(Array(text.utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(hexadecimal(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }
}
