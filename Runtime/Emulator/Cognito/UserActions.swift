import JSON
import Template
import Time

// What people do with their own account.
extension CognitoService {
    func getUser(_ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply) throws(ServiceFault) {
        let attributes = signedIn.user.allAttributes.filter {
            signedIn.client.readAttributes?.contains($0.name) ?? true
        }
        let list = attributes.map { attribute -> JSONValue in
            ["Name": .string(attribute.name), "Value": .string(attribute.value)]
        }
        reply(.success(["Username": .string(signedIn.user.username), "UserAttributes": .array(list)]))
    }

    func deleteUser(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        signedIn.pool.remove(signedIn.user)
        reply(.success([:]))
    }

    func deleteUserAttributes(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let names = request.texts("UserAttributeNames")
        if let allowed = signedIn.client.writeAttributes, !names.allSatisfy(allowed.contains) {
            throw .notAuthorized("A client attempted to write unauthorized attribute")
        }
        try remove(names, from: signedIn.user, in: signedIn.pool)
        reply(.success([:]))
    }

    func remove(_ names: [String], from user: PoolUser, in pool: UserPool) throws(ServiceFault) {
        var user = user
        for name in names {
            let declared = pool.resource.attributes.first { $0.name == name }
            guard name != "sub", declared?.isRequired != true, declared?.isMutable != false,
                !pool.resource.usernameAttributes.contains(name)
            else { throw .badParameter("user.\(name): Attribute cannot be deleted.\n") }
            user.attributes[name] = nil
            user.attributes["\(name)_verified"] = nil
            user.codes[name] = nil
            user.pendingAttributes[name] = nil
        }
        pool.save(user)
    }

    func updateUserAttributes(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let attributes = try request.attributes("UserAttributes")
        try AttributeRules(pool: signedIn.pool.resource).check(
            attributes, allowed: signedIn.client.writeAttributes, isNew: false, isAdmin: false)
        try update(
            attributes, of: signedIn.user, in: signedIn.pool, signedIn.client.id, request.metadata, reply)
    }

    /// Takes new values over. An address that the pool verifies is then unverified, and gets a code.
    func update(
        _ attributes: [String: String], of found: PoolUser, in pool: UserPool, _ clientID: String,
        _ metadata: [String: String], _ reply: @escaping Reply
    ) throws(ServiceFault) {
        var user = found
        var toVerify: [(attribute: String, address: String)] = []
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            let isContact = name == "email" || name == "phone_number"
            if isContact || name == "preferred_username" {
                let counts = pool.resource.usernameAttributes.contains(name) || name == "preferred_username"
                if counts, let other = pool.owner(of: name, value), other.sub != user.sub { throw .aliasExists(name) }
            }
            guard isContact, value != user.attributes[name], attributes["\(name)_verified"] != "true", !value.isEmpty
            else {
                user.attributes[name] = value
                continue
            }
            let isAuto = pool.resource.autoVerifiedAttributes.contains(name)
            if isAuto { toVerify.append((name, value)) }
            if isAuto, pool.resource.attributesVerifiedBeforeUpdate.contains(name) {
                user.pendingAttributes[name] = value
            } else {
                user.attributes[name] = value
                user.attributes["\(name)_verified"] = "false"
            }
        }
        var outgoing: [OutgoingCode] = []
        for (attribute, address) in toVerify {
            let code = makeCode(attribute, for: attribute, lifetime: Self.signUpCodeLifetime, &user)
            outgoing.append(
                OutgoingCode(
                    kind: .verification, source: "CustomMessage_UpdateUserAttribute", attribute: attribute,
                    address: address, code: code, user: user, clientID: clientID, metadata: metadata))
        }
        pool.save(user)
        sendAll(outgoing[...], in: pool, []) { result in
            reply(result.map { ["CodeDeliveryDetailsList": .array($0)] })
        }
    }

    private func sendAll(
        _ outgoing: ArraySlice<OutgoingCode>, in pool: UserPool, _ sent: [JSONValue],
        completion: @escaping (Result<[JSONValue], ServiceFault>) -> Void
    ) {
        guard let first = outgoing.first else { return completion(.success(sent)) }
        send(first, in: pool) { [self] result in
            switch result {
            case .success(let details):
                sendAll(outgoing.dropFirst(), in: pool, sent + [details], completion: completion)
            case .failure(let fault): completion(.failure(fault))
            }
        }
    }

    func getUserAttributeVerificationCode(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let attribute = try request.text("AttributeName", max: 32)
        guard attribute == "email" || attribute == "phone_number" else {
            throw .badParameter("Invalid attribute: only email and phone_number can be verified.")
        }
        var user = signedIn.user
        guard let address = user.pendingAttributes[attribute] ?? user.attributes[attribute], !address.isEmpty else {
            throw .badParameter("User does not have \(attribute) to verify.")
        }
        if user.codeAttempts.request(at: host.clock.now) { throw .tooManyAttempts }
        let code = makeCode(attribute, for: attribute, lifetime: Self.signUpCodeLifetime, &user)
        signedIn.pool.save(user, modified: false)
        let outgoing = OutgoingCode(
            kind: .verification, source: "CustomMessage_VerifyUserAttribute", attribute: attribute, address: address,
            code: code, user: user, clientID: signedIn.client.id, metadata: request.metadata)
        send(outgoing, in: signedIn.pool) { result in reply(result.map { ["CodeDeliveryDetails": $0] }) }
    }

    func verifyUserAttribute(
        _ request: PoolRequest, _ signedIn: SignedIn, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        let attribute = try request.text("AttributeName", max: 32)
        let pool = signedIn.pool
        var user = signedIn.user
        _ = try takeCode(attribute, try request.text("Code", max: 2_048), of: &user, in: pool)
        if let pending = user.pendingAttributes.removeValue(forKey: attribute) { user.attributes[attribute] = pending }
        try takeAlias(attribute, for: user, in: pool, force: false)
        user.attributes["\(attribute)_verified"] = "true"
        pool.save(user)
        reply(.success([:]))
    }
}
