package import Machine

/// What AWS knows a caller by.
package struct Credentials: Hashable, Sendable {
    package var accessKeyID: String
    package var secretAccessKey: String
    /// Of temporary credentials, such as those of a function's role.
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension Credentials {
    /// Those that Lambda gives a function.
    package static func fromEnvironment() throws(EnvironmentError) -> Credentials {
        Credentials(
            accessKeyID: try Environment.requiredText("AWS_ACCESS_KEY_ID"),
            secretAccessKey: try Environment.requiredText("AWS_SECRET_ACCESS_KEY"),
            sessionToken: Environment.text("AWS_SESSION_TOKEN"))
    }
}
