/// What an executable or shared library asks of the system that it runs on.
///
/// - Note: Source: "Tool Interface Standard: Executable and Linking Format", version 1.2; System V ABI, "Dynamic
///   Section"; Linux Standard Base Core, "Symbol Versioning".
package struct ELFFile: Hashable, Sendable {
    /// A version of a library's symbols that is needed: `GLIBC_2.34` of `libc.so.6`.
    package struct NeededVersion: Hashable, Sendable {
        package var library: String
        package var version: String

        package init(library: String, version: String) {
            self.library = library
            self.version = version
        }
    }

    package enum Machine: String, Sendable {
        case x86_64
        case arm64
    }

    package let machine: Machine
    /// File names without folders, in the order of the file.
    package private(set) var neededLibraries: [String] = []
    package private(set) var neededVersions: [NeededVersion] = []

    /// - Parameter bytes: the whole file, for 64-bit Linux.
    /// - Throws: `PackagingError` if it is none.
    package init(_ bytes: [UInt8]) throws(PackagingError) {
        let reader = Reader(bytes: bytes)
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]) else {
            throw PackagingError("this is no executable for 64-bit Linux")
        }
        switch try reader.half(18) {
        case 62: machine = .x86_64
        case 183: machine = .arm64
        case let other: throw PackagingError("this is an executable for machine \(other), which Lambda has not")
        }
        let segments = try Segments(reader)
        guard let dynamic = segments.dynamic else { return }
        var strings = 0
        var needed: [Int] = []
        var versions = (place: 0, count: 0)
        for place in stride(from: dynamic.lowerBound, to: dynamic.upperBound - 15, by: 16) {
            let value = try reader.address(place + 8)
            switch try reader.address(place) {
            case 1: needed.append(value)
            case 5: strings = try segments.place(of: value)
            case 0x6FFF_FFFE: versions.place = try segments.place(of: value)
            case 0x6FFF_FFFF: versions.count = value
            default: break
            }
        }
        for offset in needed { neededLibraries.append(try reader.text(strings + offset)) }
        try readVersions(reader, at: versions.place, count: versions.count, strings: strings)
    }

    private mutating func readVersions(
        _ reader: Reader, at start: Int, count: Int, strings: Int
    ) throws(PackagingError) {
        var place = start
        for _ in 0..<count {
            let library = try reader.text(strings + reader.word(place + 4))
            var entry = place + (try reader.word(place + 8))
            for _ in 0..<(try reader.half(place + 2)) {
                let version = try reader.text(strings + reader.word(entry + 8))
                neededVersions.append(NeededVersion(library: library, version: version))
                entry += try reader.word(entry + 12)
            }
            place += try reader.word(place + 12)
        }
    }

    /// Where in the file what is at an address of the running program comes from.
    private struct Segments {
        private var loaded: [(address: Int, place: Int, size: Int)] = []
        private(set) var dynamic: Range<Int>?

        init(_ reader: Reader) throws(PackagingError) {
            let (start, size, count) = (try reader.address(32), try reader.half(54), try reader.half(56))
            for index in 0..<count {
                let header = start + index * size
                let (place, length) = (try reader.address(header + 8), try reader.address(header + 32))
                guard place + length <= reader.bytes.count else { throw .truncated }
                switch try reader.word(header) {
                case 1: loaded.append((try reader.address(header + 16), place, length))
                case 2: dynamic = place..<place + length
                default: break
                }
            }
        }

        func place(of address: Int) throws(PackagingError) -> Int {
            for segment in loaded where address >= segment.address && address - segment.address < segment.size {
                return segment.place + address - segment.address
            }
            throw .truncated
        }
    }

    /// Little-endian numbers and texts, never read past the end.
    private struct Reader {
        let bytes: [UInt8]

        private func number(_ place: Int, bytes count: Int) throws(PackagingError) -> UInt64 {
            guard place >= 0, count <= bytes.count, place <= bytes.count - count else { throw .truncated }
            return (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }
        }

        func half(_ place: Int) throws(PackagingError) -> Int { Int(try number(place, bytes: 2)) }
        func word(_ place: Int) throws(PackagingError) -> Int { Int(try number(place, bytes: 4)) }

        /// No file is as long as an address can be.
        func address(_ place: Int) throws(PackagingError) -> Int {
            let value = try number(place, bytes: 8)
            guard value < 1 << 48 else { throw .truncated }
            return Int(value)
        }

        func text(_ place: Int) throws(PackagingError) -> String {
            guard bytes.indices.contains(place), let end = bytes[place...].firstIndex(of: 0) else { throw .truncated }
            return String(decoding: bytes[place..<end], as: UTF8.self)
        }
    }
}
