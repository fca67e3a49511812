import ArgumentParser
import Emulator
import Glibc

/// The command line of the emulator.
@main
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulator",
        abstract: "Runs the functions of a template.yaml on this machine, as AWS would.",
        discussion: """
            The emulator reads the same template that deploys to AWS, starts each function as a process behind the \
            Lambda Runtime API, and stands in for the services that the template names. Real clients reach them at one \
            address, for example:

              emulator start
              AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws lambda invoke --function-name CastVote ...

            Events to run the functions on are JSON files in `events`; `emulator replay` runs them all and compares \
            what happens with what is expected.

            Exit status: 0 if all went well, 1 if a replay differs or a function fails, 2 if the emulator can't go on \
            and says why, 64 if the command line is wrong.
            """,
        subcommands: [
            Replay.self, Start.self, Invoke.self, DynamoDB.self, Advance.self, Clock.self, Snapshot.self, Restore.self,
            Mail.self, Trace.self,
            Policies.self, Cost.self, Doctor.self,
        ]
    )

    static func main() async {
        // A closed pipe (`emulator replay | head`) ends a write with an error, not the process.
        signal(SIGPIPE, SIG_IGN)
        // So does a file that has reached the limit set by `ulimit -f`.
        signal(SIGXFSZ, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as EmulatorError {
            let message = Array("emulator: \(error)\n".utf8)
            write(2, message, message.count)
            Glibc.exit(2)
        } catch {
            exit(withError: error)
        }
    }
}
