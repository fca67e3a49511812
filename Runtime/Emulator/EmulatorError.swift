/// What the emulator tells its user when it can't go on: one clear sentence with the remedy. The command ends with
/// status 2.
package struct EmulatorError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
