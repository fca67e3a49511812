import Items
import JSON
import NIOHTTP1
import Template
import Time
import Tokens

/// Amazon Cognito user pools, as far as people sign in by passwords.
///
/// - Note: Source: Amazon Cognito user pools API Reference, version 2016-04-18.
final class CognitoService: JSONProtocolService {
    typealias Reply = (Result<JSONValue, ServiceFault>) -> Void

    let targetPrefix = "AWSCognitoIdentityProviderService"
    let host: ServiceHost
    let mailbox: Mailbox
    let triggers: Triggers
    /// By id.
    let pools: [String: UserPool]

    /// - Throws: `EmulatorError` with the place of a resource that can't be made, or if what was kept can't be read.
    init(stack: Stack, functions: [FunctionPool], host: ServiceHost) throws(EmulatorError) {
        self.host = host
        mailbox = try Mailbox(host: host)
        triggers = Triggers(functions: functions, host: host)
        var pools: [String: UserPool] = [:]
        do throws(TemplateError) {
            let (clients, groups) = (try stack.userPoolClients(), try stack.userPoolGroups())
            for resource in try stack.userPools() {
                let result = Result { () throws(EmulatorError) in
                    try UserPool(
                        resource, clients: clients.filter { $0.poolID == resource.id },
                        groups: groups.filter { $0.poolID == resource.id }, host: host)
                }
                pools[resource.id] = try result.mapError { TemplateError($0.description, at: nil) }.get()
            }
        } catch {
            throw EmulatorError("\(error)")
        }
        self.pools = pools
    }

    func perform(_ operation: String, _ input: JSONValue, of call: ServiceCall, reply: @escaping Reply) {
        let request = PoolRequest(input: input, call: call)
        do throws(ServiceFault) {
            if let answer = try immediate(operation, request) { return reply(.success(answer)) }
            guard try start(operation, request, reply) else {
                throw ServiceFault(
                    code: "UnknownOperationException", message: "User pools here have no operation \(operation).")
            }
        } catch {
            reply(.failure(error))
        }
    }

    func headers(of fault: ServiceFault) -> [(String, String)] {
        [("x-amzn-ErrorType", "\(fault.code):"), ("x-amzn-ErrorMessage", fault.message)]
    }

    /// What people do for themselves, with a password, a code or a token; nobody signs these requests.
    private static let openOperations: Set<String> = [
        "SignUp", "ConfirmSignUp", "ResendConfirmationCode", "InitiateAuth", "RespondToAuthChallenge",
        "GetTokensFromRefreshToken", "RevokeToken", "ForgotPassword", "ConfirmForgotPassword", "ChangePassword",
        "GetUser",
        "DeleteUser", "DeleteUserAttributes", "GlobalSignOut", "UpdateUserAttributes", "VerifyUserAttribute",
        "GetUserAttributeVerificationCode",
    ]

    func requiredAccess(_ operation: String, _ input: JSONValue) -> (action: String, resource: String)? {
        guard !Self.openOperations.contains(operation) else { return nil }
        let pool = input["UserPoolId"]?.string.map {
            "arn:aws:cognito-idp:\(LocalAccount.region):\(LocalAccount.id):userpool/\($0)"
        }
        return ("cognito-idp:\(operation)", pool ?? "*")
    }

    /// What is done at once.
    ///
    /// - Returns: nil if the operation is none of these.
    private func immediate(_ operation: String, _ request: PoolRequest) throws(ServiceFault) -> JSONValue? {
        switch operation {
        case "AdminGetUser": try adminGetUser(request)
        case "AdminDeleteUser": try adminDeleteUser(request)
        case "AdminDeleteUserAttributes": try adminDeleteUserAttributes(request)
        case "AdminSetUserPassword": try adminSetUserPassword(request)
        case "AdminDisableUser": try adminSetEnabled(request, false)
        case "AdminEnableUser": try adminSetEnabled(request, true)
        case "AdminUserGlobalSignOut": try adminUserGlobalSignOut(request)
        case "AdminAddUserToGroup": try adminAddUserToGroup(request)
        case "AdminRemoveUserFromGroup": try adminRemoveUserFromGroup(request)
        case "AdminListGroupsForUser": try adminListGroupsForUser(request)
        case "CreateGroup": try createGroup(request)
        case "GetGroup": try getGroup(request)
        case "UpdateGroup": try updateGroup(request)
        case "DeleteGroup": try deleteGroup(request)
        case "ListGroups": try listGroups(request)
        case "ListUsersInGroup": try listUsersInGroup(request)
        case "ListUsers": try listUsers(request)
        case "DescribeUserPool": try describeUserPool(request)
        case "DescribeUserPoolClient": try describeUserPoolClient(request)
        case "ListUserPools": try listUserPools(request)
        case "ListUserPoolClients": try listUserPoolClients(request)
        case "RevokeToken": try revokeToken(request)
        default: nil
        }
    }

    /// What may wait for a trigger or the pool's key.
    ///
    /// - Returns: whether the operation is one of these.
    private func start(
        _ operation: String, _ request: PoolRequest, _ reply: @escaping Reply
    ) throws(ServiceFault) -> Bool {
        switch operation {
        case "SignUp": try signUp(request, reply)
        case "ConfirmSignUp": try confirmSignUp(request, reply)
        case "ResendConfirmationCode": try resendConfirmationCode(request, reply)
        case "InitiateAuth": try initiateAuth(request, isAdmin: false, reply)
        case "AdminInitiateAuth": try initiateAuth(request, isAdmin: true, reply)
        case "RespondToAuthChallenge": try respondToAuthChallenge(request, isAdmin: false, reply)
        case "AdminRespondToAuthChallenge": try respondToAuthChallenge(request, isAdmin: true, reply)
        case "GetTokensFromRefreshToken": try getTokensFromRefreshToken(request, reply)
        case "ForgotPassword": try forgotPassword(request, reply)
        case "ConfirmForgotPassword": try confirmForgotPassword(request, reply)
        case "ChangePassword": try withUser(request, reply, changePassword)
        case "GetUser": try withUser(request, reply, getUser)
        case "DeleteUser": try withUser(request, reply, deleteUser)
        case "DeleteUserAttributes": try withUser(request, reply, deleteUserAttributes)
        case "GlobalSignOut": try withUser(request, reply, globalSignOut)
        case "UpdateUserAttributes": try withUser(request, reply, updateUserAttributes)
        case "VerifyUserAttribute": try withUser(request, reply, verifyUserAttribute)
        case "GetUserAttributeVerificationCode": try withUser(request, reply, getUserAttributeVerificationCode)
        case "AdminCreateUser": try adminCreateUser(request, reply)
        case "AdminConfirmSignUp": try adminConfirmSignUp(request, reply)
        case "AdminResetUserPassword": try adminResetUserPassword(request, reply)
        case "AdminUpdateUserAttributes": try adminUpdateUserAttributes(request, reply)
        default: return false
        }
        return true
    }

    // MARK: Who is meant

    func pool(of request: PoolRequest) throws(ServiceFault) -> UserPool {
        let id = try request.text("UserPoolId", max: 55)
        guard let pool = pools[id] else { throw .noPool(id) }
        return pool
    }

    func client(of request: PoolRequest) throws(ServiceFault) -> (UserPool, UserPoolClientResource) {
        let id = try request.text("ClientId", max: 128)
        for pool in pools.values { if let client = pool.clients[id] { return (pool, client) } }
        throw .noClient(id)
    }

    func user(of request: PoolRequest, in pool: UserPool) throws(ServiceFault) -> PoolUser {
        guard let user = pool.user(named: try request.name("Username")) else { throw .noUser }
        return user
    }

    /// Goes on with `body` unless there was an error, and answers with its error if it has one.
    func proceed<Value>(
        _ result: Result<Value, ServiceFault>, _ reply: Reply, _ body: (Value) throws(ServiceFault) -> Void
    ) {
        do throws(ServiceFault) { try body(try result.get()) } catch { reply(.failure(error)) }
    }

    /// What an action may do in the name of an access token.
    struct SignedIn {
        let pool: UserPool
        let client: UserPoolClientResource
        let user: PoolUser
    }

    typealias SignedInAction = (PoolRequest, SignedIn, @escaping Reply) throws(ServiceFault) -> Void

    /// Carries an action out for the user of `AccessToken`.
    private func withUser(
        _ request: PoolRequest, _ reply: @escaping Reply, _ action: @escaping SignedInAction
    ) throws(ServiceFault) {
        let token = try request.text("AccessToken")
        // Its words are not believed, only used to choose the key.
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let claims = Base64URL.bytes(of: parts[1]).flatMap({ try? parseJSON($0) }),
            let pool = pools.values.first(where: { $0.issuer == claims["iss"]?.string })
        else { throw .notAuthorized("Invalid Access Token") }
        pool.key.use { [self] key in
            proceed(key, reply) { (key) throws(ServiceFault) in
                try action(request, try signedIn(token, pool, key), reply)
            }
        }
    }

    private func signedIn(
        _ token: String, _ pool: UserPool, _ key: PoolKey.Ready
    ) throws(ServiceFault) -> SignedIn {
        let claims: JSONValue
        do throws(TokenFailure) { claims = try key.verifier.verify(token) } catch {
            throw .notAuthorized("Could not verify signature for Access Token")
        }
        guard claims["token_use"]?.string == "access", let sub = claims["sub"]?.string,
            let client = claims["client_id"]?.string.flatMap({ pool.clients[$0] }), let expiry = claims["exp"]?.int,
            let issued = claims["iat"]?.int
        else { throw .notAuthorized("Invalid Access Token") }
        guard host.clock.now < Timestamp(seconds: Int64(expiry)) else {
            throw .notAuthorized("Access Token has expired")
        }
        guard (claims["scope"]?.string ?? "").split(separator: " ").contains(Substring(TokenIssue.scope)) else {
            throw .notAuthorized("Access Token does not have required scopes")
        }
        guard let user = pool.owner(of: "sub", sub) else { throw .noUser }
        guard user.isEnabled else { throw .disabled }
        let isRevoked: Bool
        if let session = claims["origin_jti"]?.string {
            isRevoked = pool.sessions[session] == nil
        } else {
            isRevoked = user.signedOutAt.map { issued <= $0 / 1_000 } ?? false
        }
        if isRevoked { throw .notAuthorized("Access Token has been revoked") }
        return SignedIn(pool: pool, client: client, user: user)
    }
}
