import Glibc
import JSON

// bench [all|start|lambda|votes|dynamodb] [--build FOLDER] [--tiny] [--items N]
// The build is a release build unless the figures do not matter; --tiny runs everything once, to see that it works; --items is the
// size of the largest table (default 1,000,000).
let arguments = CommandLine.arguments.dropFirst()
let isTiny = arguments.contains("--tiny")
let build = arguments.firstIndex(of: "--build").map { arguments[arguments.index(after: $0)] } ?? ".build/release"
let chosen = arguments.first { ["all", "start", "lambda", "votes", "dynamodb"].contains($0) } ?? "all"
let itemsMax = arguments.firstIndex(of: "--items").flatMap { Int(arguments[arguments.index(after: $0)]) } ?? 1_000_000
signal(SIGPIPE, SIG_IGN)

do {
    let benchmarks = Benchmarks(build: build, isTiny: isTiny, itemsMax: itemsMax)
    print(
        "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, build \(build)\(isTiny ? ", tiny: the figures mean nothing" : "")"
    )
    if ["all", "start"].contains(chosen) { try benchmarks.start() }
    if ["all", "lambda"].contains(chosen) { try benchmarks.lambda() }
    if ["all", "votes"].contains(chosen) { try benchmarks.votes() }
    if ["all", "dynamodb"].contains(chosen) { try benchmarks.dynamoDB() }
} catch {
    let message = Array("bench: \(error)\n".utf8)
    write(2, message, message.count)
    exit(1)
}
