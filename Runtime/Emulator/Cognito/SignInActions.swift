import Digest
import Items
import JSON
import SRP
import Template
import Time

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

    func client(
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

    /// Finds the user and calls the PreAuthentication trigger. `body` is given nil for someone who is not there, if
    /// that is to be hidden.
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
    /// - Note: Source: Amazon Cognito Developer Guide, "Managing user existence error responses"; RFC 5054, section
    ///   2.5.1.3.
    private static func simulatedPassword(of signIn: SignIn) -> PasswordVerifier {
        let seed = SHA256.hash(Array("salt \(signIn.pool.id) \(signIn.pool.fold(signIn.name))".utf8))
        return PasswordVerifier(
            salt: [seed[0] | 0x10] + seed[1..<PasswordVerifier.saltBytes], verifier: SHA256.hash(seed))
    }

    private static func simulatedID(of signIn: SignIn) -> String {
        guard !signIn.pool.resource.usernameAttributes.isEmpty else { return signIn.name }
        return DerivedUUID.text("user \(signIn.pool.id) \(signIn.pool.fold(signIn.name))")
    }

    func add(
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
}

extension ServiceFault {
    static func notEnabled(_ flow: String, _ isAdmin: Bool) -> ServiceFault {
        .badParameter(
            isAdmin ? "Auth flow not enabled for this client" : "\(flow) flow not enabled for this client")
    }
}
