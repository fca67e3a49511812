import Time

/// What an emulator is started with.
package struct EmulatorConfiguration: Sendable {
    /// The template's file.
    package var template: String
    /// The folder of the functions' executables.
    package var functions: String
    /// Values for the template's parameters.
    package var parameters: [String: String]
    /// For the environment of every function, in place of the template's.
    package var variables: [String: String] = [:]
    /// Goes on although the template has something that would be ignored and matters.
    package var allowsUncovered = false
    /// Whether functions may do only what their policies allow.
    package var enforcesPolicies = true
    /// Shared by all emulators of this configuration.
    package let policyUsage = PolicyUsage()
    /// Counts what functions use, if somebody wants to know; shared likewise.
    package var meter: UsageMeter?
    package var host = "127.0.0.1"
    /// 0 takes a free one.
    package var port = Self.defaultPort
    /// Event loops that carry all connections. One is best on few cores: a request and the function it is for then
    /// share a thread.
    package var threads = 1
    /// Where everything is kept: a database and the objects beside it. nil keeps all in a temporary folder.
    package var dataFolder: String?
    package var syncsToDisk = false
    /// Where the clock stands; nil lets it follow the wall clock.
    var standsAt: Timestamp?
    /// Items and users that fresh tables and user pools start with, a JSON file for each.
    package var seedFolder: String?
    /// Where the functions' output is shown as it comes.
    package var logDescriptor: Int32?

    package static let defaultPort = 4566
    package static let defaultEndpoint = "http://127.0.0.1:\(defaultPort)"

    package init(template: String, functions: String, parameters: [String: String] = [:]) {
        self.template = template
        self.functions = functions
        self.parameters = parameters
    }
}
