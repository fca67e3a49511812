import Emulator
import Glibc

// fuzz [json|expressions|wire|http|all] [--iterations N] [--seed S] [--only I]
// Input number I of a seed is always the same: --only I repeats it and shows it. Ends with status 1 at the first
// finding; a crash or a hang of ten seconds says which input it was.
let arguments = Array(CommandLine.arguments.dropFirst())

func number(_ option: String) -> UInt64? {
    arguments.firstIndex(of: option).flatMap { $0 + 1 < arguments.count ? UInt64(arguments[$0 + 1]) : nil }
}

let iterations = number("--iterations") ?? 10_000
let seed = number("--seed") ?? UInt64.random(in: 0..<1 << 32)
let only = number("--only")
let chosen = arguments.first { ["json", "expressions", "wire", "http"].contains($0) }

func isChosen(_ name: String) -> Bool { chosen == nil || chosen == name }

do {
    Alarm.install()
    if isChosen(JSONSubject.name) { run(JSONSubject(), iterations) }
    if isChosen(ExpressionSubject.name) { run(ExpressionSubject(), iterations) }
    if isChosen(WireSubject.name) { run(try WireSubject(), iterations) }
    if isChosen(HTTPSubject.name) {
        var configuration = DynamoDBServerConfiguration()
        configuration.port = 0
        let server = try await DynamoDBServer.start(configuration)
        // A connection costs as much as a hundred texts.
        run(HTTPSubject(port: Int(server.endpoint.split(separator: ":").last ?? "") ?? 0), max(1, iterations / 50))
        await server.stop()
    }
} catch {
    print("fuzz: \(error)")
    exit(1)
}

func run(_ subject: some Subject, _ count: UInt64) {
    let name = type(of: subject).name
    func check(_ index: UInt64) {
        var chance = Chance(seed: seed &* 0x2545_F491_4F6C_DD1D &+ index &* 0x9E37_79B9)
        let input = subject.input(&chance)
        Alarm.watch(name, seed, index)
        if only != nil { print(String(decoding: input, as: UTF8.self)) }
        guard let problem = subject.check(input) else { return }
        print("\(name) --seed \(seed) --only \(index): \(problem)\n\(String(decoding: input, as: UTF8.self))")
        exit(1)
    }
    if let only { return check(only) }
    for index in 0..<count {
        check(index)
        // What is kept is bounded: past the start, memory does not grow.
        if index == count / 4 { Memory.mark() }
    }
    let growth = Memory.growthMiB
    print("\(name): \(count) inputs, seed \(seed), memory grew by \(growth) MiB in the last three quarters")
    guard growth <= Memory.growthMiBMax else { exit(1) }
}
