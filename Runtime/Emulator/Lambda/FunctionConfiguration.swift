import Glibc
package import Template

/// What the emulator needs to know of one function of the template.
package struct FunctionConfiguration: Hashable, Sendable {
    package var logicalID: String
    /// The name that callers use; the logical id serves as well.
    package var name: String
    package var arn: String
    package var executable: String
    package var handler: String
    package var memoryMegabytes: Int
    package var timeout: Duration
    /// Execution environments at most; 0 throttles every call, as on AWS.
    package var concurrencyMax: Int
    /// The template's variables, all resolved.
    package var environment: [String: String]
    /// `LoggingConfig.LogFormat`: `Text` or `JSON`.
    package var logFormat: String
    package var logLevel: String
    /// Whether it goes on when it invokes itself again and again, through whatever.
    package var allowsLoops = false
}

extension FunctionConfiguration {
    var hasExecutable: Bool { access(executable, X_OK) == 0 }

    /// - Throws: `EmulatorError` if the function has not been built.
    func requireExecutable() throws(EmulatorError) {
        guard hasExecutable else {
            throw EmulatorError(
                "\(logicalID) can't run: \(executable) is missing. Build it with `swift build -c release`, or name the folder "
                    + "of the executables by --functions.")
        }
    }

    /// The functions of a stack.
    ///
    /// - Parameters:
    ///   - executables: the folder with an executable for each handler.
    ///   - variables: for every function, in place of the template's.
    package static func all(
        of stack: Stack, executables: String, variables: [String: String] = [:]
    ) -> [FunctionConfiguration] {
        let addresses = APIHostNames(of: stack)
        return stack.functions.map { function in
            FunctionConfiguration(
                logicalID: function.logicalID, name: function.name, arn: function.arn,
                executable: absolute("\(executables)/\(function.handler)"), handler: function.handler,
                memoryMegabytes: function.memoryMB, timeout: .seconds(function.timeoutSeconds),
                concurrencyMax: function.reservedConcurrency ?? processors,
                environment: function.environment.mapValues(addresses.replaced(in:))
                    .merging(variables) { _, given in given },
                logFormat: function.logFormat, logLevel: function.applicationLogLevel ?? "INFO",
                allowsLoops: function.allowsLoops)
        }
    }

    /// Without a number of its own a function gets as many environments as there are processors: more would only take
    /// turns.
    static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// What the function is told of its own folder must not depend on where the emulator was started.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }
}
