import Machine
import Synchronization
import Template
import Time

// What changes while the emulator runs: executables and the template.
extension Emulator {
    /// Follows rebuilt executables and the template until the task is cancelled.
    ///
    /// - Parameter report: gets a line for each change; from any thread.
    /// - Throws: `EmulatorError` if files can't be watched.
    package func watch(_ report: @escaping @Sendable (String) -> Void) async throws(EmulatorError) {
        let template = WatchedTemplate(configuration.template)
        let executables = FunctionConfiguration.absolute(configuration.functions)
        let watch = try FileWatch(folders: [template.folder, executables])
        var identities = executableIdentities()
        var text = try? readText(of: configuration.template)
        for await change in watch.changes {
            if change.files.contains(template.path) {
                let now = try? readText(of: configuration.template)
                if now != text {
                    text = now
                    report(await line(forTemplateChangedAt: change.at))
                }
            }
            let now = executableIdentities()
            for pool in entrance.deployment?.pools ?? [] {
                let executable = pool.function.executable
                guard change.files.contains(executable), now[executable] != identities[executable] else { continue }
                renew(pool, changedAt: change.at, report)
            }
            identities = now
        }
    }

    /// Of those that can be run.
    private func executableIdentities() -> [String: FileStatus.Identity] {
        var identities: [String: FileStatus.Identity] = [:]
        for pool in entrance.deployment?.pools ?? [] where pool.function.hasExecutable {
            identities[pool.function.executable] = FileStatus(of: pool.function.executable)?.identity
        }
        return identities
    }

    private func renew(
        _ pool: FunctionPool, changedAt start: ContinuousClock.Instant, _ report: @escaping @Sendable (String) -> Void
    ) {
        guard pool.function.hasExecutable else { return }
        let name = pool.function.logicalID
        let isStarted = pool.renew { failure in
            let time = (ContinuousClock.now - start).wholeMilliseconds
            report(
                failure.map { "\(name) is rebuilt and does not start: \($0.reason)" }
                    ?? "Reloaded \(name) in \(time) ms")
        }
        if !isStarted { report("\(name) is rebuilt and starts when it is called") }
    }

    private func line(forTemplateChangedAt start: ContinuousClock.Instant) async -> String {
        do throws(EmulatorError) {
            try await reloadTemplate()
            return "Reloaded \(configuration.template) in \((ContinuousClock.now - start).wholeMilliseconds) ms"
        } catch {
            return
                "\(configuration.template) has changed and can't be taken over; what was there before goes on.\n\(error)"
        }
    }

    /// Reads the template again and goes over to it; data and sockets stay.
    ///
    /// - Throws: `EmulatorError` with the place in the template if it can't be read or a resource can't be made, or if
    ///   a table of it differs from that which is there. What was deployed then goes on.
    package func reloadTemplate() async throws(EmulatorError) {
        guard let deployment = entrance.deployment else { throw EmulatorError("Nothing is deployed.") }
        let (stack, access) = try readStack()
        let functions = FunctionConfiguration.all(
            of: stack, executables: configuration.functions, variables: configuration.variables)
        let made = try await prepare(deployment.database, for: stack, deployment.clock)
        entrance.hold()
        defer { entrance.release() }
        do throws(EmulatorError) {
            _ = entrance.replace(with: try await deployment.succeeded(by: stack, functions: functions, access: access))
        } catch {
            try await TableDeployment(database: deployment.database, clock: deployment.clock).remove(made)
            throw error
        }
    }
}

/// Where a change of the template shows.
private struct WatchedTemplate {
    let folder: String
    let path: String

    init(_ template: String) {
        let slash = template.lastIndex(of: "/")
        folder = slash.map { $0 == template.startIndex ? "/" : String(template[..<$0]) } ?? "."
        path = folder + "/" + template[(slash.map { template.index(after: $0) } ?? template.startIndex)...]
    }
}
