import Packaging
import Testing

struct FunctionPackageTests {
    @Test func `the same files make the same zip, which ends as zips do`() {
        func archive() -> [UInt8] {
            var archive = ZipArchive()
            archive.add("bootstrap", Array("one one one one one".utf8), .executable)
            archive.add("lib/a.so", [], .readable)
            return archive.bytes
        }
        let bytes = archive()
        #expect(bytes == archive())
        #expect(bytes.starts(with: [0x50, 0x4B, 3, 4]))
        #expect(bytes.suffix(22).starts(with: [0x50, 0x4B, 5, 6]))
        #expect(bytes[bytes.count - 12] == 2)
    }

    @Test func `ships what Amazon Linux lacks, with what that needs in turn`() throws {
        let program = try ELFFileTests.executable()
        var asked: [String] = []
        let package = try FunctionPackage(executable: program) { name throws(PackagingError) in
            asked.append(name)
            return program
        }
        #expect(package.libraries.contains("libselinux.so.1"))
        #expect(Set(package.libraries) == Set(asked))
        #expect(package.libraries.count == asked.count)
        #expect(!package.libraries.contains("libc.so.6"))
        #expect(package.bootstrapBytes == program.count)
    }

    @Test func `holds what the function reads`() throws {
        let program = try ELFFileTests.executable()
        func package(_ data: [(name: String, content: [UInt8])]) throws -> [UInt8] {
            try FunctionPackage(executable: program, data: data) { _ throws(PackagingError) in program }.zip
        }
        let (without, with) = (try package([]), try package([("zoneinfo/UTC", Array("TZif2".utf8))]))
        #expect(with == (try package([("zoneinfo/UTC", Array("TZif2".utf8))])))
        #expect(with[with.count - 12] == without[without.count - 12] + 1)
        // The name stands before the content and in the directory.
        let name = Array("zoneinfo/UTC".utf8)
        #expect(with.indices.dropLast(name.count).count { with[$0...].starts(with: name) } == 2)
    }

    @Test func `a library that is nowhere is an error`() throws {
        let program = try ELFFileTests.executable()
        #expect(throws: PackagingError("no such thing")) {
            try FunctionPackage(executable: program) { _ throws(PackagingError) in throw PackagingError("no such thing")
            }
        }
    }
}
