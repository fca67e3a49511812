import JSON
import NIOCore
import Template

// What is looked at when a case has ended.
extension ReplayWorld {
    /// Where the case has ended.
    func endState() async throws(EmulatorError) -> EndState {
        let standing = try await now.deployment.services.call { $0.standing }
        let (changes, payments) = change { current in
            (
                current.feed.total(naming: current.deployment.logicalID(ofTable:)),
                current.deployment.payments.log.entries.map(\.json)
            )
        }
        return EndState(changes: changes.map(named), standing: standing, payments: payments)
    }

    /// Lets the function that the template names for it look through the tables.
    ///
    /// - Returns: a line for each thing that can't be; none if the template names no function.
    func audit() async throws(EmulatorError) -> [String] {
        guard let function = now.deployment.stack.auditFunction else { return [] }
        // Nothing is under way: what follows from the case has happened.
        let event: JSONValue = ["settled": true]
        let reply = try await now.deployment.invoke(function, payload: ByteBuffer(bytes: event.compactBytes))
        guard !reply.isError, let violations = (try? parseJSON(reply.payload))?["violations"]?.array else {
            return ["audit: \(function) could not look through the tables: \(reply.text)"]
        }
        return violations.map { "audit: \($0["rule"]?.string ?? "?"): \($0["subject"]?.string ?? $0.compactText)" }
    }
}
