import Domain
import Events
import Machine
import Time
import TimeZones

/// The clock by which an administrator gives times.
///
/// A time with an offset from UTC is an instant, whatever the zone. One without is what the zone's clocks show. Where
/// they never show it, or twice, nothing is chosen for the administrator: a voting that opens an hour early is no small
/// thing.
///
/// - Note: Source: offsets beside a zone's name are taken as by the Google Calendar API, `start.timeZone`; times
///   that are never shown, or twice, as by ECMAScript's Temporal with `disambiguation: "reject"`. Others take the
///   earlier time, and say nothing.
struct VotingClock {
    private let zone: TimeZone?

    /// - Parameters:
    ///   - name: of a zone of the IANA database; nil if times have offsets.
    ///   - directory: where the database is.
    /// - Throws: ``VotingTimeRefusal`` if there is no such zone; `TimeZoneError` if there is no database.
    init(_ name: String?, zonesIn directory: String) throws {
        do {
            zone = try name.map { try TimeZone.named($0, in: directory) }
        } catch TimeZoneError.unknown(_, let suggestion) {
            throw VotingTimeRefusal.timeZoneUnknown(suggestion: suggestion)
        }
    }

    /// `2023-02-23T18:00:00+01:00`, or `2023-02-23T18:00:00` by the zone's clocks.
    ///
    /// - Parameter field: where the text is from.
    func instant(_ text: String, field: String) throws -> Timestamp {
        if let instant = Timestamp(rfc3339: text) { return instant }
        guard let zone, let civil = CivilDateTime(iso8601: text) else { throw RequestError.field(field) }
        switch zone.instants(showing: civil) {
        case .plain(let instant): return instant
        case .gap: throw VotingTimeRefusal.localTimeSkipped(field: field)
        case .overlap(let earlier, let later):
            throw VotingTimeRefusal.localTimeAmbiguous(field: field, earlier: earlier, later: later)
        }
    }
}

extension VotingClock {
    /// Lambda's image has the database since January 2024, though nobody promises it: where it has none, the
    /// function's own package is looked into.
    ///
    /// - Note: Source: github.com/aws/aws-lambda-dotnet, issue 1620.
    static func zoneDirectory() -> String {
        let own = Environment.text("LAMBDA_TASK_ROOT").map { $0 + "/zoneinfo" }
        let places = [TimeZone.databaseDirectory] + (own.map { [$0] } ?? [])
        // Images without the database have the folder, or UTC alone.
        return places.first { FileStatus(of: $0 + "/Europe/Berlin") != nil } ?? TimeZone.databaseDirectory
    }
}
