import Glibc
import Packaging
import Testing

struct ELFFileTests {
    /// A small executable that every system has, with needs of its own.
    static func executable() throws -> [UInt8] {
        let file = try #require(fopen("/bin/ls", "rb"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&part, 1, part.count, file), count > 0 { bytes += part[..<count] }
        return bytes
    }

    @Test func `reads what an executable needs`() throws {
        let file = try ELFFile(Self.executable())
        #expect(file.neededLibraries.contains("libc.so.6"))
        #expect(file.neededVersions.contains { $0.library == "libc.so.6" && $0.version == "GLIBC_2.34" })
        #if arch(x86_64)
            #expect(file.machine == .x86_64)
        #endif
    }

    static let damages: [(bytes: [UInt8], message: String)] = [
        ([], "this is no executable for 64-bit Linux"),
        (Array("#!/bin/sh\n".utf8), "this is no executable for 64-bit Linux"),
        ([0x7F, 0x45, 0x4C, 0x46, 2, 1], "the executable is damaged: what it refers to is not there"),
        (
            [0x7F, 0x45, 0x4C, 0x46, 2, 1] + [UInt8](repeating: 0, count: 60),
            "this is an executable for machine 0, which Lambda has not"
        ),
    ]

    @Test(arguments: damages) func `refuses what is none`(bytes: [UInt8], message: String) {
        #expect { try ELFFile(bytes) } throws: { "\($0)" == message }
    }

    @Test func `half a file is refused`() throws {
        let whole = try Self.executable()
        #expect(throws: PackagingError.self) { try ELFFile(Array(whole[..<(whole.count / 2)])) }
    }

    @Test func `a file that ends too early or has bits turned is refused or read, never trapped over`() throws {
        let whole = try Self.executable()
        for count in stride(from: 64, to: whole.count, by: max(1, whole.count / 64)) {
            // What it needs stands near its beginning; what is cut off behind that is another's business.
            if let file = try? ELFFile(Array(whole[..<count])) { #expect(file == (try ELFFile(whole))) }
        }
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<64 {
            var damaged = whole
            for _ in 0..<8 {
                damaged[Int.random(in: 16..<4_096, using: &generator)] ^= UInt8(1 << Int.random(in: 0..<8))
            }
            _ = try? ELFFile(damaged)
        }
    }

    static let versions: [(library: String, version: String, isThere: Bool)] = [
        ("libc.so.6", "GLIBC_2.34", true), ("libc.so.6", "GLIBC_2.35", false), ("libc.so.6", "GLIBC_2.2.5", true),
        ("libc.so.6", "GLIBC_PRIVATE", false), ("libm.so.6", "GLIBC_2.29", true),
        ("libstdc++.so.6", "GLIBCXX_3.4.29", true), ("libstdc++.so.6", "GLIBCXX_3.4.30", false),
        ("libstdc++.so.6", "CXXABI_1.3.11", true), ("libgcc_s.so.1", "GCC_3.0", true),
        ("libgcc_s.so.1", "GCC_12.0.0", false), ("libcurl.so.4", "CURL_OPENSSL_4", false),
        ("libjpeg.so.62", "LIBJPEG_6.2", true),
    ]

    @Test(arguments: versions) func `knows what Amazon Linux 2023 has`(library: String, version: String, isThere: Bool)
    {
        #expect(AmazonLinux.has(ELFFile.NeededVersion(library: library, version: version)) == isThere)
    }
}
