/// The command line: `bench [PART] [--build FOLDER] [--tiny] [--items N] [--beside NAME=COMMAND|URL]…`
struct Options {
    enum Part: String {
        case all, start, lambda, votes, services, dynamodb, growth, sqlite, beside, liveFinal = "live-final"
    }

    var part = Part.all
    /// A release build unless the figures do not matter.
    var build = ".build/release"
    /// Runs everything once, to see that it works.
    var isTiny = false
    /// The size of the largest table that a get is measured on.
    var itemsMax = 1_000_000
    /// Other DynamoDBs, by name: a command in which `{port}` stands for the port to listen at, or a URL.
    var peers: [(name: String, place: String)] = []

    init(_ arguments: [String]) throws(LoadGenerator.Failure) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if let part = Part(rawValue: argument) {
                self.part = part
            } else if argument == "--tiny" {
                isTiny = true
            } else if argument == "--build", let folder = rest.popFirst() {
                build = folder
            } else if argument == "--items", let count = rest.popFirst().flatMap({ Int($0) }), count >= 25 {
                itemsMax = count
            } else if argument == "--beside", let peer = rest.popFirst(), let equals = peer.firstIndex(of: "=") {
                peers.append((String(peer[..<equals]), String(peer[peer.index(after: equals)...])))
            } else {
                throw LoadGenerator.Failure(description: "\(argument) is not understood; Tests/bench says what is")
            }
        }
    }

    /// Whether a part is asked for, by itself or within another.
    func includes(_ wanted: Part) -> Bool {
        switch part {
        case .all: true
        case .dynamodb: [.dynamodb, .growth, .sqlite, .beside].contains(wanted)
        default: part == wanted
        }
    }
}
