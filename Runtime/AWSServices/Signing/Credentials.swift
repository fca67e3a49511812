import Glibc

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

/// What adapters need of the environment and don't find. The text is for operators.
package struct EnvironmentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package var description: String { "the environment variable \(name) is not set" }
}

/// The process's environment; an empty value is as good as none.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

func requiredEnvironment(_ name: String) throws(EnvironmentError) -> String {
    guard let value = environment(name) else { throw EnvironmentError(name: name) }
    return value
}

extension Credentials {
    /// Those that Lambda gives a function.
    package static func fromEnvironment() throws(EnvironmentError) -> Credentials {
        Credentials(
            accessKeyID: try requiredEnvironment("AWS_ACCESS_KEY_ID"),
            secretAccessKey: try requiredEnvironment("AWS_SECRET_ACCESS_KEY"),
            sessionToken: environment("AWS_SESSION_TOKEN"))
    }
}
