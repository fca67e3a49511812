import Glibc

/// The pages of the program itself that are in memory.
enum ProgramPages {
    /// Gives back those of the program's code; what is needed again is mapped again from the page cache.
    ///
    /// Start-up looks once through every protocol conformance of the program, and with it most of its pages, which
    /// would stay resident for nothing: more than half of what an idle server holds. A failure costs memory and nothing
    /// else.
    ///
    /// - Note: Source: proc_pid_maps(5), madvise(2).
    static func release() {
        guard let program = realpath("/proc/self/exe", nil), let maps = fopen("/proc/self/maps", "r") else { return }
        defer {
            free(program)
            fclose(maps)
        }
        let suffix = " \(String(cString: program))"
        var line = [CChar](repeating: 0, count: Int(PATH_MAX) + 128)
        while fgets(&line, Int32(line.count), maps) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            // "55d8e2a00000-55d8e2c00000 r-xp 00000000 fe:00 123  /path/of/program". Only what can be executed was
            // surely never written: pages that can only be read now may hold addresses that the loader has put there.
            let fields = text.split(separator: " ", maxSplits: 2)
            guard text.hasSuffix(suffix), fields.count == 3, fields[1] == "r-xp" else { continue }
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2 else { continue }
            _ = madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), MADV_DONTNEED)
        }
    }
}
