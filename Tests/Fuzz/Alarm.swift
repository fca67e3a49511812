import Glibc

/// Says which input was in hand when the process crashed or hung.
enum Alarm {
    /// Longer than any input should take.
    private static let hangSeconds: UInt32 = 10
    /// Read by the signal handler, which may call nothing that allocates. Written by the main thread alone.
    nonisolated(unsafe) private static let line = UnsafeMutablePointer<CChar>.allocate(capacity: 128)
    nonisolated(unsafe) private static var countdown = 0

    static func install() {
        line.initialize(repeating: 0, count: 128)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGALRM] {
            signal(number) { number in
                write(1, Alarm.line, strlen(Alarm.line))
                // The backtrace is somebody else's: end as an uncaught signal would.
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func watch(_ name: String, _ seed: UInt64, _ index: UInt64) {
        let text = "\(name) --seed \(seed) --only \(index): crash or hang\n"
        text.withCString { _ = strncpy(line, $0, 127) }
        countdown -= 1
        guard countdown < 0 else { return }
        countdown = 1_000
        alarm(hangSeconds)
    }
}

/// The memory that the process holds.
enum Memory {
    static let growthMiBMax = 48
    nonisolated(unsafe) private static var marked = 0

    static func mark() { marked = residentMiB }
    static var growthMiB: Int { residentMiB - marked }

    private static var residentMiB: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
            separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) / 1_048_576 : 0
    }
}
