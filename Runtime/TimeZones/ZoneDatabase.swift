import Glibc
import Synchronization

extension TimeZone {
    /// Where Linux systems keep the compiled database.
    package static let databaseDirectory = "/usr/share/zoneinfo"

    /// The zone of an IANA name, written as the database writes it. Read once, then kept.
    ///
    /// - Parameter name: 1...``nameBytesMax`` bytes of letters, digits, `_`, `-`, `+` and `/`, a capital first: what
    ///   else lies in the directory (`posix`, `right`, `localtime`, tables) begins with a small letter.
    package static func named(
        _ name: String, in directory: String = databaseDirectory
    ) throws(TimeZoneError) -> TimeZone {
        if name == utc.name { return utc }
        let key = ZoneKey(directory: directory, name: name)
        if let zone = kept.withLock({ $0[key] }) { return zone }
        guard isZoneName(name), let bytes = try contents(of: directory + "/" + name, name: name) else {
            guard access(directory, R_OK) == 0 else { throw .noDatabase(directory: directory) }
            throw .unknown(name: name, suggestion: ZoneSuggestion.nearest(to: name, in: directory))
        }
        let zone: TimeZone
        do throws(ZoneFile.Malformed) {
            zone = TimeZone(name: name, history: try ZoneFile.history(of: bytes))
        } catch {
            throw .unreadable(name: name, reason: error.reason)
        }
        kept.withLock {
            // The database has some 600 names; more come only from other directories.
            if $0.count >= keptMax { $0.removeAll() }
            $0[key] = zone
        }
        return zone
    }

    /// The longest name of the database has 32.
    package static let nameBytesMax = 64

    private static let keptMax = 1_024
    private static let kept = Mutex<[ZoneKey: TimeZone]>([:])

    static func isZoneName(_ name: String) -> Bool {
        guard (1...nameBytesMax).contains(name.utf8.count), let first = name.utf8.first,
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first)
        else { return false }
        // No dot, so no way out of the directory.
        return name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: "/")
        }
    }

    /// Nil if there is no such file.
    static func contents(of path: String, name: String) throws(TimeZoneError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        guard status.st_size <= ZoneFile.bytesMax else {
            throw .unreadable(name: name, reason: "it has \(status.st_size) bytes, more than \(ZoneFile.bytesMax)")
        }
        var bytes = [UInt8](repeating: 0, count: ZoneFile.bytesMax)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
            }
            guard read >= 0 else { throw .unreadable(name: name, reason: String(cString: strerror(errno))) }
            guard read > 0 else { break }
            count += read
        }
        return Array(bytes[..<count])
    }
}

private struct ZoneKey: Hashable, Sendable {
    let directory: String
    let name: String
}
