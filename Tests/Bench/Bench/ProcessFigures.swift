import Glibc

/// What the kernel says of a process.
enum ProcessFigures {
    /// MiB resident, now and at the peak.
    static func memory(of pid: pid_t) -> (now: Double, peak: Double) {
        let status = text(of: "/proc/\(pid)/status")
        func kilobytes(_ name: String) -> Double {
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return 0 }
            return Double(line.filter(\.isNumber)) ?? 0
        }
        return (kilobytes("VmRSS:") / 1_024, kilobytes("VmHWM:") / 1_024)
    }

    /// Seconds of user and system time so far, of the process itself, to the microsecond.
    static func processorSeconds(of pid: pid_t) -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The name of a process's executable, cut to 15 characters.
    static func name(of pid: pid_t) -> String { String(text(of: "/proc/\(pid)/comm").prefix { $0 != "\n" }) }

    /// The processes whose parent is `pid`, whichever of its threads started them.
    static func children(of pid: pid_t) -> [pid_t] {
        guard let threads = opendir("/proc/\(pid)/task") else { return [] }
        defer { closedir(threads) }
        var children: [pid_t] = []
        while let entry = readdir(threads) {
            let thread = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            children += text(of: "/proc/\(pid)/task/\(thread)/children").split(separator: " ").compactMap { pid_t($0) }
        }
        return children
    }

    private static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
