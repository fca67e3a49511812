import Glibc

extension TimeZone {
    /// The database's zones as they can be taken along: one file each, under the zone's name, without the part for
    /// readers of 32-bit times, which is half of it. ``named(_:in:)`` reads them like the database's own.
    ///
    /// - Throws: `.noDatabase` if there is none in `directory`, `.unreadable` if a zone is no zone file.
    /// - Returns: in the order of the names.
    package static func collection(
        in directory: String = databaseDirectory
    ) throws(TimeZoneError) -> [(name: String, content: [UInt8])] {
        var zones: [(name: String, content: [UInt8])] = []
        for name in ZoneSuggestion.names(in: directory) {
            guard let bytes = try contents(of: directory + "/" + name, name: name) else { continue }
            do throws(ZoneFile.Malformed) {
                zones.append((name, try ZoneFile.without32BitPart(bytes)))
            } catch {
                throw .unreadable(name: name, reason: error.reason)
            }
        }
        guard !zones.isEmpty else { throw .noDatabase(directory: directory) }
        return zones
    }
}
