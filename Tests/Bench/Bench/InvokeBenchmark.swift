/// Warm invocations of a function that answers with its event.
struct InvokeBenchmark {
    let build: String
    /// Invocations per measurement; a tenth of it for the large event.
    let count: Int

    private static let template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Runtime: provided.al2023, CodeUri: ., Timeout: 10}
        Resources:
          Echo:
            Type: AWS::Serverless::Function
            Properties: {Handler: Echo}
        """

    func run() throws(LoadGenerator.Failure) -> ResultTable {
        let template = try TemporaryTemplate(Self.template)
        var table = ResultTable(
            "Warm invocations through the emulator, decoded and encoded by the function",
            columns: ["event", "clients", "per second", "p50 µs", "p99 µs", "CPU µs: emulator", "function"])
        let emulator = try EmulatorProcess(build: build, template: template.path)
        defer { emulator.stop() }
        let load = LoadGenerator(port: emulator.port)
        for (name, payload, requests) in [
            ("200 B", Self.event(bytes: 200), count), ("64 KiB", Self.event(bytes: 65_536), count / 10),
        ] {
            let request = HTTPRequests.invoke("Echo", payload: payload)
            for clients in [1, 8] {
                _ = try load.run(count: 50, connections: clients) { _ in
                    request
                } accepts: { status, _ in
                    status == 200
                }
                let before = processorSeconds(of: emulator)
                let result = try load.run(count: requests, connections: clients) { _ in
                    request
                } accepts: { status, body in
                    status == 200 && body.count >= payload.count / 2
                }
                let after = processorSeconds(of: emulator)
                table.add([
                    name, String(clients), figure(result.perSecond), figure(result.microseconds(at: 0.5)),
                    figure(result.microseconds(at: 0.99)),
                    figure((after.emulator - before.emulator) / Double(requests) * 1e6),
                    figure((after.functions - before.functions) / Double(requests) * 1e6),
                ])
            }
        }
        return table
    }

    private func processorSeconds(of emulator: EmulatorProcess) -> (emulator: Double, functions: Double) {
        let functions = ProcessFigures.children(of: emulator.pid).map(ProcessFigures.processorSeconds).reduce(0, +)
        return (emulator.processorSeconds, functions)
    }

    /// An event of about `bytes` bytes.
    static func event(bytes: Int) -> [UInt8] {
        let line = #"{"sku":"shirt-blue-m","quantity":2,"price":19.95,"tags":["new","cotton"]}"#
        let count = max(1, (bytes - 40) / (line.utf8.count + 1))
        let lines = Array(repeating: line, count: count).joined(separator: ",")
        return Array(#"{"id":"order-0000000000000001","lines":[\#(lines)]}"#.utf8)
    }
}
