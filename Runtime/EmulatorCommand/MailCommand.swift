import ArgumentParser
import Emulator
import JSON

struct Mail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a running emulator would have sent by mail or as text messages.",
        discussion: """
            Codes to confirm a sign-up or to reset a password are there, newest last. In a browser: /_emulator/mail at the \
            emulator's address.
            """)

    @OptionGroup var shared: EndpointOption

    @Option(help: ArgumentHelp("Only what went to this address or number.", valueName: "address"))
    var to: String?

    @Flag(help: "Only the newest message, and of it the text alone.")
    var latest = false

    func run() async throws {
        let query = to.map { "?to=" + Self.percentEncoded($0) } ?? ""
        let answer = try await ControlClient(endpoint: shared.endpoint).call("GET", "mail" + query)
        let messages = answer["messages"]?.array ?? []
        if latest {
            guard let message = messages.last else { throw EmulatorError("Nothing has been sent yet.") }
            return print(message["text"]?.string ?? "")
        }
        for message in messages {
            func text(_ name: String) -> String { message[name]?.string ?? "" }
            print("\(text("sentAt"))  \(text("medium"))  to \(text("to"))  \(text("subject"))")
            print(text("text") + "\n")
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~@".utf8.contains(byte)
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            return "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
