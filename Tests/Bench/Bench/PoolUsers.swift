import JSON

/// Users of the template's pool who have signed in. They can open connections, which others can't.
struct PoolUsers {
    struct User {
        var id: String
        var token: String
    }

    let users: [User]

    /// The template with one way more to sign in, by a password that an administrator passes on: the site's own way
    /// hides it, which is not what is measured here.
    static func template(of path: String) throws(LoadGenerator.Failure) -> TemporaryTemplate {
        let text = try TemporaryTemplate.text(of: path)
        let flows = "ExplicitAuthFlows: ["
        guard text.contains(flows) else { throw LoadGenerator.Failure(description: "\(path) has no user pool client") }
        return try TemporaryTemplate(text.replacing(flows, with: flows + "ALLOW_ADMIN_USER_PASSWORD_AUTH, "))
    }

    init(count: Int, _ load: LoadGenerator) throws(LoadGenerator.Failure) {
        func ask(_ operation: String, _ input: JSONValue) throws(LoadGenerator.Failure) -> JSONValue {
            var answer = JSONValue.null
            _ = try load.run(count: 1, connections: 1) { _ in
                HTTPRequests.json("AWSCognitoIdentityProviderService.\(operation)", input)
            } accepts: { status, body in
                answer = (try? parseJSON(Array(body))) ?? .null
                return status == 200
            }
            return answer
        }
        let pools = try ask("ListUserPools", ["MaxResults": 10])["UserPools"]?.array
        let pool = pools?.first?["Id"] ?? .null
        let clients = try ask("ListUserPoolClients", ["UserPoolId": pool])["UserPoolClients"]?.array
        let client = clients?.first?["ClientId"] ?? .null
        var users: [User] = []
        for index in 0..<count {
            let name: JSONValue = .string("someone-\(index)@people.example")
            let password: JSONValue = "Correct-horse-7"
            let made = try ask(
                "AdminCreateUser", ["UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"])
            _ = try ask(
                "AdminSetUserPassword",
                ["UserPoolId": pool, "Username": name, "Password": password, "Permanent": true])
            let session = try ask(
                "AdminInitiateAuth",
                [
                    "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                    "AuthParameters": ["USERNAME": name, "PASSWORD": password],
                ])
            let attributes = made["User"]?["Attributes"]?.array ?? []
            guard let id = attributes.first(where: { $0["Name"] == "sub" })?["Value"]?.string,
                let token = session["AuthenticationResult"]?["IdToken"]?.string
            else { throw LoadGenerator.Failure(description: "nobody signed in: \(session.compactText)") }
            users.append(User(id: id, token: token))
        }
        self.users = users
    }
}
