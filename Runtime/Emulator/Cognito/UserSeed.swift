import Digest
import ItemDB
import JSON
import SRP
import Template
import Time

/// Makes the template's user pools in a database, with the users of their seed.
struct UserSeed {
    let database: ItemDatabase
    let now: Timestamp

    /// Notes the pools that are not there yet, each with the users of `folder/<logical id>.json`: an array of
    /// `{"username", "password", "attributes", "groups", "status", "enabled"}`.
    ///
    /// - Throws: `EmulatorError` with the file, and the index of the user that can't be made.
    func prepare(_ stack: Stack, seedFolder: String?) async throws(EmulatorError) {
        let pools: [UserPoolResource]
        let groups: [UserPoolGroupResource]
        let known: Set<String>
        do throws(TemplateError) {
            (pools, groups) = (try stack.userPools(), try stack.userPoolGroups())
        } catch {
            throw EmulatorError("\(error)")
        }
        do throws(StorageError) {
            known = Set(try database.records(of: UserPool.poolKind).map(\.key))
        } catch {
            throw EmulatorError("\(error)")
        }
        let files = Set(
            try seedFolder.map { (folder) throws(EmulatorError) in try Directory.entries(of: folder) } ?? [])
        var changes: [RecordChange] = []
        for pool in pools where !known.contains(pool.id) {
            changes.append(
                RecordChange(kind: UserPool.poolKind, key: pool.id, value: Array(String(now.milliseconds).utf8)))
            guard let seedFolder, files.contains("\(pool.logicalID).json") else { continue }
            let path = "\(seedFolder)/\(pool.logicalID).json"
            let names = Set(groups.filter { $0.poolID == pool.id }.map(\.name))
            changes += try users(in: path, of: pool, groups: names)
        }
        guard !changes.isEmpty else { return }
        let result = await withCheckedContinuation { continuation in
            database.keep(changes) { continuation.resume(returning: $0) }
        }
        if case .failure(let failure) = result { throw EmulatorError("The user pools can't be stored: \(failure)") }
    }

    private func users(
        in path: String, of pool: UserPoolResource, groups: Set<String>
    ) throws(EmulatorError) -> [RecordChange] {
        guard let list = try TextFile.json(path).array else {
            throw EmulatorError("\(path): a user pool's seed is an array of users.")
        }
        var seen: Set<String> = []
        var changes: [RecordChange] = []
        for (index, value) in list.enumerated() {
            let user: PoolUser
            do throws(ServiceFault) {
                user = try self.user(value, of: pool, groups: groups)
            } catch {
                throw EmulatorError("\(path): user \(index): \(error.message)")
            }
            let names = [user.username] + pool.usernameAttributes.compactMap { user.attributes[$0] }
            for name in names.map({ pool.isCaseSensitive ? $0 : $0.lowercased() }) where !seen.insert(name).inserted {
                throw EmulatorError("\(path): user \(index): \(name) is there already")
            }
            let key = pool.isCaseSensitive ? user.username : user.username.lowercased()
            // Texts and numbers only: there is nothing that could fail.
            changes.append(
                RecordChange(kind: UserPool.userKind, key: "\(pool.id)/\(key)", value: try! encodeJSON(user)))
        }
        return changes
    }

    private static let members: Set<String> = ["username", "password", "attributes", "groups", "status", "enabled"]

    private func user(
        _ value: JSONValue, of pool: UserPoolResource, groups: Set<String>
    ) throws(ServiceFault) -> PoolUser {
        guard let object = value.object, object.keys.allSatisfy(Self.members.contains) else {
            throw .badParameter("it is an object with \(Self.members.sorted().joined(separator: ", "))")
        }
        var attributes: [String: String] = [:]
        for (name, value) in value["attributes"]?.object ?? [:] {
            attributes[name] = value.string ?? String(decoding: value.compactBytes, as: UTF8.self)
        }
        let givenSub = attributes.removeValue(forKey: "sub")
        let username: String
        let sub: String
        if pool.usernameAttributes.isEmpty {
            guard let name = value["username"]?.string, !name.isEmpty else {
                throw .badParameter("it needs a username")
            }
            username = name
            sub = givenSub ?? DerivedUUID.text("sub \(pool.id) \(name)")
        } else {
            guard let address = pool.usernameAttributes.compactMap({ attributes[$0] }).first else {
                throw .badParameter("it needs the attribute \(pool.usernameAttributes.joined(separator: " or "))")
            }
            sub = givenSub ?? value["username"]?.string ?? DerivedUUID.text("sub \(pool.id) \(address)")
            username = value["username"]?.string ?? sub
        }
        try AttributeRules(pool: pool).check(attributes, allowed: nil, isNew: true, isAdmin: true)
        let status = value["status"]?.string ?? PoolUser.Status.confirmed.rawValue
        guard let status = PoolUser.Status(rawValue: status) else {
            throw .badParameter("\(status) is no status of a user")
        }
        var user = PoolUser(
            username: username, sub: sub, attributes: attributes, status: status,
            isEnabled: value["enabled"]?.bool ?? true, createdAt: now.milliseconds, modifiedAt: now.milliseconds)
        user.groups = (value["groups"]?.array ?? []).compactMap(\.string)
        if let stranger = user.groups.first(where: { !groups.contains($0) }) {
            throw .badParameter("the pool has no group \(stranger)")
        }
        if let password = value["password"]?.string {
            try PasswordRules.check(password, by: pool.passwordPolicy)
            var salt = Array(SHA256.hash(Array("seed \(pool.id) \(username)".utf8)).prefix(PasswordVerifier.saltBytes))
            salt[0] |= 0x10
            user.setPassword(
                PasswordVerifier(
                    password: password, user: username, pool: UserPool.shortName(of: pool.id), salt: salt))
        }
        return user
    }
}
