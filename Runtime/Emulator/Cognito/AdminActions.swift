import JSON
import Template
import Time

// What administrators do with accounts.
extension CognitoService {
    func adminGetUser(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let user = try user(of: request, in: try pool(of: request))
        guard var answer = Self.description(of: user).object else { return [:] }
        answer["Attributes"] = nil
        answer["UserAttributes"] = user.attributeList
        return .object(answer)
    }

    /// UserType.
    static func description(of user: PoolUser, attributes: Set<String>? = nil) -> JSONValue {
        let list = user.allAttributes.filter { attributes?.contains($0.name) ?? true }.map { attribute -> JSONValue in
            ["Name": .string(attribute.name), "Value": .string(attribute.value)]
        }
        return [
            "Username": .string(user.username), "Attributes": .array(list),
            "UserCreateDate": seconds(user.createdAt), "UserLastModifiedDate": seconds(user.modifiedAt),
            "Enabled": .bool(user.isEnabled), "UserStatus": .string(user.status.rawValue),
        ]
    }

    /// Seconds since 1970 with a fraction, as AWS JSON has times.
    static func seconds(_ milliseconds: Int64) -> JSONValue {
        JSONNumber(Double(milliseconds) / 1_000).map(JSONValue.number) ?? .null
    }

    func adminDeleteUser(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        pool.remove(try user(of: request, in: pool))
        return [:]
    }

    func adminDeleteUserAttributes(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        try remove(request.texts("UserAttributeNames"), from: try user(of: request, in: pool), in: pool)
        return [:]
    }

    func adminSetEnabled(_ request: PoolRequest, _ isEnabled: Bool) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        var user = try user(of: request, in: pool)
        user.isEnabled = isEnabled
        // Who is disabled is signed out for good.
        if !isEnabled { pool.endSessions(of: user) }
        pool.save(user)
        return [:]
    }

    func adminUserGlobalSignOut(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        signOutEverywhere(try user(of: request, in: pool), in: pool)
        return [:]
    }

    func adminUpdateUserAttributes(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let pool = try pool(of: request)
        let user = try user(of: request, in: pool)
        let attributes = try request.attributes("UserAttributes")
        try AttributeRules(pool: pool.resource).check(attributes, allowed: nil, isNew: false, isAdmin: true)
        for attribute in ["email", "phone_number"] where attributes["\(attribute)_verified"] == "true" {
            var changed = user
            changed.attributes.merge(attributes) { _, new in new }
            try takeAlias(attribute, for: changed, in: pool, force: false)
        }
        try update(attributes, of: user, in: pool, "CLIENT_ID_NOT_APPLICABLE", request.metadata) { result in
            reply(result.map { _ in [:] })
        }
    }

    func adminCreateUser(_ request: PoolRequest, _ reply: @escaping Reply) throws(ServiceFault) {
        let pool = try pool(of: request)
        let name = try request.name("Username")
        let action = try request.optionalText("MessageAction")
        if action == "RESEND" { return try resendInvitation(name, request, pool, reply) }
        var attributes = try request.attributes("UserAttributes")
        let (username, sub) = try newName(name, &attributes, in: pool)
        if pool.users[pool.fold(username)] != nil {
            throw ServiceFault(code: "UsernameExistsException", message: "User account already exists")
        }
        try requireFree(username, attributes, in: pool)
        try AttributeRules(pool: pool.resource).check(attributes, allowed: nil, isNew: true, isAdmin: true)
        let password = try temporaryPassword(request, pool)
        let now = host.clock.now.milliseconds
        var user = PoolUser(
            username: username, sub: sub, attributes: attributes, status: .forceChangePassword, createdAt: now,
            modifiedAt: now)
        user.setPassword(
            pool.verifier(for: password, username: username), temporaryUntil: temporaryPasswordExpiry(in: pool))
        for attribute in ["email", "phone_number"] where attributes["\(attribute)_verified"] == "true" {
            try takeAlias(attribute, for: user, in: pool, force: request.flag("ForceAliasCreation"))
        }
        let mediums = request.texts("DesiredDeliveryMediums")
        let validationData = try request.attributes("ValidationData")
        let call = TriggerCall(
            trigger: "PreSignUp", source: "PreSignUp_AdminCreateUser", username: username,
            clientID: "CLIENT_ID_NOT_APPLICABLE",
            request: [
                "userAttributes": .object(JSONObject(texts: attributes)),
                "validationData": .object(JSONObject(texts: validationData)),
                "clientMetadata": .object(JSONObject(texts: request.metadata)),
            ],
            response: ["autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false])
        triggers.call(call, of: pool.resource) { [self] result in
            proceed(result, reply) { (_) throws(ServiceFault) in
                try requireFree(username, attributes, in: pool)
                pool.save(user)
                let answer: JSONValue = ["User": Self.description(of: user)]
                guard action != "SUPPRESS" else { return reply(.success(answer)) }
                invite(user, password, mediums, request.metadata, pool) { result in reply(result.map { answer }) }
            }
        }
    }

    private func temporaryPassword(_ request: PoolRequest, _ pool: UserPool) throws(ServiceFault) -> String {
        guard try request.optionalText("TemporaryPassword")?.isEmpty == false else {
            return PasswordRules.temporary(for: pool.resource.passwordPolicy) { host.identifiers.number() }
        }
        let password = try request.password("TemporaryPassword")
        try PasswordRules.check(password, by: pool.resource.passwordPolicy)
        return password
    }

    private func resendInvitation(
        _ name: String, _ request: PoolRequest, _ pool: UserPool, _ reply: @escaping Reply
    ) throws(ServiceFault) {
        guard var user = pool.user(named: name) else { throw .noUser }
        guard user.status == .forceChangePassword else {
            throw ServiceFault(
                code: "UnsupportedUserStateException",
                message: "Resend not possible. \(user.username) status is not FORCE_CHANGE_PASSWORD")
        }
        let password = try temporaryPassword(request, pool)
        user.setPassword(
            pool.verifier(for: password, username: user.username), temporaryUntil: temporaryPasswordExpiry(in: pool))
        pool.save(user)
        let answer: JSONValue = ["User": Self.description(of: user)]
        invite(user, password, request.texts("DesiredDeliveryMediums"), request.metadata, pool) { result in
            reply(result.map { answer })
        }
    }

    /// Sends the temporary password by each of the mediums that there is an address for.
    private func invite(
        _ user: PoolUser, _ password: String, _ mediums: [String], _ metadata: [String: String], _ pool: UserPool,
        completion: @escaping (Result<Void, ServiceFault>) -> Void
    ) {
        var attributes = mediums.map { $0 == "SMS" ? "phone_number" : "email" }
        if attributes.isEmpty { attributes = [user.attributes["phone_number"] == nil ? "email" : "phone_number"] }
        func next(_ rest: ArraySlice<String>) {
            guard let attribute = rest.first else { return completion(.success(())) }
            guard let address = user.attributes[attribute], !address.isEmpty else { return next(rest.dropFirst()) }
            let outgoing = OutgoingCode(
                kind: .invitation, source: "CustomMessage_AdminCreateUser", attribute: attribute, address: address,
                code: password, user: user, clientID: "CLIENT_ID_NOT_APPLICABLE", metadata: metadata)
            send(outgoing, in: pool) { result in
                switch result {
                case .success: next(rest.dropFirst())
                case .failure(let fault): completion(.failure(fault))
                }
            }
        }
        next(attributes[...])
    }

    // MARK: Lists

    func listUsers(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let filter = try UserFilter(try request.optionalText("Filter", max: 256) ?? "")
        let names = request.input["AttributesToGet"]?.array.map { Set($0.compactMap(\.string)) }
        if let names,
            let required = pool.resource.attributes.first(where: { $0.isRequired && !names.contains($0.name) })
        {
            throw .badParameter("Required attribute \(required.name) must be in AttributesToGet.")
        }
        let found = pool.users.values.filter { user in
            guard let filter else { return true }
            return filter.accepts(user.searched(filter.attribute), isCaseSensitive: pool.resource.isCaseSensitive)
        }
        let (page, next) = try Page.of(
            found.sorted { ($0.createdAt, $0.username) < ($1.createdAt, $1.username) }, key: \.username,
            after: try request.optionalText("PaginationToken"), limit: try request.limit("Limit", in: 0...60))
        var answer: JSONObject = ["Users": .array(page.map { Self.description(of: $0, attributes: names) })]
        answer["PaginationToken"] = next.map(JSONValue.string)
        return .object(answer)
    }

    func listUsersInGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let group = try group(of: request, in: pool)
        let found = pool.users.values.filter { $0.groups.contains(group.name) }
        let (page, next) = try Page.of(
            found.sorted { ($0.createdAt, $0.username) < ($1.createdAt, $1.username) }, key: \.username,
            after: try request.optionalText("NextToken"), limit: try request.limit("Limit", in: 0...60))
        var answer: JSONObject = ["Users": .array(page.map { Self.description(of: $0) })]
        answer["NextToken"] = next.map(JSONValue.string)
        return .object(answer)
    }
}
