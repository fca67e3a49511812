import Glibc

signal(SIGPIPE, SIG_IGN)

do {
    let options = try Options(Array(CommandLine.arguments.dropFirst()))
    let benchmarks = Benchmarks(options: options)
    print(
        "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, build \(options.build)"
            + (options.isTiny ? ", tiny: the figures mean nothing" : "")
    )
    if options.includes(.start) { try benchmarks.start() }
    if options.includes(.lambda) { try benchmarks.lambda() }
    if options.includes(.votes) { try benchmarks.votes() }
    if options.includes(.liveFinal) { try benchmarks.liveFinal() }
    if options.includes(.services) { try benchmarks.services() }
    if options.includes(.dynamodb) { try benchmarks.dynamoDB() }
    if options.includes(.growth) { try benchmarks.growth() }
    if options.includes(.sqlite) { try benchmarks.sqlite() }
    if options.includes(.beside) { try benchmarks.beside() }
} catch {
    let message = Array("bench: \(error)\n".utf8)
    write(2, message, message.count)
    exit(1)
}
