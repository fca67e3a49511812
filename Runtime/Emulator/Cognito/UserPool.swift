import Digest
import JSON
import SRP
import Template
import Time

/// One user pool: who is in it, who is signed in. On the services' loop.
final class UserPool {
    static let poolKind = "cognito.pool"
    static let userKind = "cognito.user"
    static let groupKind = "cognito.group"
    static let sessionKind = "cognito.session"

    let resource: UserPoolResource
    let clients: [String: UserPoolClientResource]
    let host: ServiceHost
    let key: PoolKey
    let challenges = Challenges()
    /// By ``fold(_:)`` of the username.
    private(set) var users: [String: PoolUser] = [:]
    /// `<attribute>:<folded value>` of what users may sign in with, and their keys in ``users``.
    private var aliases: [String: String] = [:]
    private(set) var groups: [String: PoolGroup] = [:]
    /// By id.
    private(set) var sessions: [String: PoolSession] = [:]
    private var sessionsOfUser: [String: Set<String>] = [:]
    let createdAt: Timestamp

    var id: String { resource.id }
    /// What stands for the pool in signatures.
    var shortName: String { Self.shortName(of: id) }
    var issuer: String { "https://cognito-idp.\(LocalAccount.region).amazonaws.com/\(id)" }

    static func shortName(of id: String) -> String { id.split(separator: "_").last.map(String.init) ?? id }

    init(
        _ resource: UserPoolResource, clients: [UserPoolClientResource], groups: [UserPoolGroupResource],
        host: ServiceHost
    ) throws(EmulatorError) {
        self.resource = resource
        self.clients = Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0) })
        self.host = host
        let id = resource.id
        let record = try host.journal.load(Self.poolKind).first { $0.key == id }
        let stored = record.flatMap { Int64(String(decoding: $0.value, as: UTF8.self)) }
        createdAt = stored.map { Timestamp(milliseconds: $0) } ?? host.clock.now
        key = try PoolKey(poolID: id, host: host)
        if stored == nil { host.journal.put(Self.poolKind, id, Array(String(createdAt.milliseconds).utf8)) }
        for group in groups {
            self.groups[group.name] = PoolGroup(
                name: group.name, description: group.description, precedence: group.precedence, roleARN: group.roleARN,
                createdAt: createdAt.milliseconds, modifiedAt: createdAt.milliseconds)
        }
        try load()
    }

    private func load() throws(EmulatorError) {
        for (key, group) in try records(Self.groupKind, PoolGroup.self) {
            groups[key] = group.isDeleted ? nil : group
        }
        for (key, user) in try records(Self.userKind, PoolUser.self) {
            users[key] = user
            for alias in aliasKeys(of: user) { aliases[alias] = key }
        }
        for (key, session) in try records(Self.sessionKind, PoolSession.self) where users[session.userKey] != nil {
            remember(session, key)
        }
    }

    private func records<Record: Decodable>(
        _ kind: String, _ type: Record.Type
    ) throws(EmulatorError) -> [(String, Record)] {
        var records: [(String, Record)] = []
        for (key, value) in try host.journal.load(kind) where key.hasPrefix("\(id)/") {
            guard let record = try? decodeJSON(type, from: value) else {
                throw EmulatorError("The kept record \(kind) \(key) can't be read.")
            }
            records.append((String(key.dropFirst(id.count + 1)), record))
        }
        return records
    }

    private func keep(_ kind: String, _ key: String, _ record: some Encodable) {
        // Texts and numbers only: there is nothing that could fail.
        host.journal.put(kind, "\(id)/\(key)", try! encodeJSON(record))
    }

    // MARK: Users

    func fold(_ name: String) -> String { resource.isCaseSensitive ? name : name.lowercased() }

    /// Who has the name, address or number.
    func user(named name: String) -> PoolUser? {
        if let user = users[fold(name)] { return user }
        for attribute in resource.usernameAttributes + resource.aliasAttributes + ["sub"] {
            if let key = aliases[aliasKey(attribute, name)] { return users[key] }
        }
        return nil
    }

    /// Who signs in with that value of an attribute.
    func owner(of attribute: String, _ value: String) -> PoolUser? {
        aliases[aliasKey(attribute, value)].flatMap { users[$0] }
    }

    private func aliasKey(_ attribute: String, _ value: String) -> String { "\(attribute):\(fold(value))" }

    /// What someone can sign in with besides the username: where addresses stand for names the address itself, and an
    /// alias once it is verified.
    private func aliasKeys(of user: PoolUser) -> [String] {
        var keys = [aliasKey("sub", user.sub)]
        for attribute in resource.usernameAttributes + resource.aliasAttributes {
            guard let value = user.attributes[attribute], !value.isEmpty else { continue }
            let counts =
                resource.usernameAttributes.contains(attribute) || attribute == "preferred_username"
                || user.isVerified(attribute)
            if counts { keys.append(aliasKey(attribute, value)) }
        }
        return keys
    }

    func key(of user: PoolUser) -> String { fold(user.username) }

    /// Stores a user, new or changed.
    func save(_ user: PoolUser, modified: Bool = true) {
        var user = user
        if modified { user.modifiedAt = host.clock.now.milliseconds }
        let key = key(of: user)
        if let old = users[key] {
            for alias in aliasKeys(of: old) where aliases[alias] == key { aliases[alias] = nil }
        }
        for alias in aliasKeys(of: user) { aliases[alias] = key }
        users[key] = user
        keep(Self.userKind, key, user)
    }

    func remove(_ user: PoolUser) {
        let key = key(of: user)
        for alias in aliasKeys(of: user) where aliases[alias] == key { aliases[alias] = nil }
        users[key] = nil
        host.journal.remove(Self.userKind, "\(id)/\(key)")
        endSessions(of: user)
    }

    // MARK: Groups

    func save(_ group: PoolGroup) {
        groups[group.name] = group
        keep(Self.groupKind, group.name, group)
    }

    func remove(_ group: PoolGroup) {
        groups[group.name] = nil
        // Kept as deleted: the template may have it still.
        var deleted = group
        deleted.isDeleted = true
        keep(Self.groupKind, group.name, deleted)
        for var user in users.values where user.groups.contains(group.name) {
            user.groups.removeAll { $0 == group.name }
            save(user, modified: false)
        }
    }

    // MARK: Sessions

    func save(_ session: PoolSession) {
        remember(session, session.id)
        keep(Self.sessionKind, session.id, session)
    }

    private func remember(_ session: PoolSession, _ id: String) {
        sessions[id] = session
        sessionsOfUser[session.userKey, default: []].insert(id)
    }

    func remove(_ session: PoolSession) {
        sessions[session.id] = nil
        sessionsOfUser[session.userKey]?.remove(session.id)
        host.journal.remove(Self.sessionKind, "\(id)/\(session.id)")
    }

    func endSessions(of user: PoolUser) {
        for id in sessionsOfUser[key(of: user)] ?? [] { sessions[id].map(remove) }
    }

    /// Forgets sessions of a user whose refresh tokens have expired.
    func forgetExpiredSessions(of user: PoolUser) {
        let now = host.clock.now.milliseconds
        for id in sessionsOfUser[key(of: user)] ?? [] {
            if let session = sessions[id], session.expiresAt <= now { remove(session) }
        }
    }

    // MARK: Passwords

    func verifier(for password: String, username: String) -> PasswordVerifier {
        var salt = host.identifiers.bytes(PasswordVerifier.saltBytes)
        // Clients read it as a number: one without leading zeros has one way to be written.
        salt[0] |= 0x10
        return PasswordVerifier(password: password, user: username, pool: shortName, salt: salt)
    }
}

extension IdentifierSource {
    /// - Parameter count: a multiple of 8 or not.
    func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count { result += Digest.bytes(hexadecimal: token())! }
        return Array(result.prefix(count))
    }

    func number() -> UInt64 { UInt64(token(), radix: 16)! }
}

/// - Note: Source: Amazon Cognito API Reference, GroupType.
struct PoolGroup: Codable {
    var name: String
    var description: String?
    /// Lower ones come first.
    var precedence: Int?
    var roleARN: String?
    /// Milliseconds since 1970.
    var createdAt: Int64
    var modifiedAt: Int64
    var isDeleted = false
}

/// What began with a sign-in, and goes on while its refresh token counts.
struct PoolSession: Codable {
    /// `origin_jti` of its tokens.
    var id: String
    var userKey: String
    var clientID: String
    /// Seconds since 1970.
    var authenticatedAt: Int64
    /// Milliseconds since 1970.
    var expiresAt: Int64
    var eventID: String
    /// SHA-256 of the refresh token, in hexadecimal digits.
    var tokenHash: String
    /// Of the one that it replaced, and until when that still counts.
    var previousHash: String?
    var previousUntil: Int64?
}
