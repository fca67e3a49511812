import Glibc
import Testing
import Time
import TimeZones

struct ZoneDatabaseTests {
    static let unknown: [(String, String?)] = [
        ("", nil), ("Mars/Olympus_Mons", nil), ("europe/berlin", "Europe/Berlin"), ("EUROPE/BERLIN", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"), ("New York", "America/New_York"), ("America/New York", "America/New_York"),
        ("Europe/Berln", "Europe/Berlin"), ("Asia/Calcuta", "Asia/Calcutta"), ("../../etc/passwd", nil),
        ("Europe/../Europe/Berlin", nil), ("/Europe/Berlin", nil), ("Europe", nil), ("Europe/", nil),
        ("zone.tab", nil), ("localtime", nil), (String(repeating: "A", count: 65), nil), ("Europe/Berlin\0", nil),
    ]
    @Test(arguments: unknown) func `names a zone that is meant for one that is unknown`(
        name: String, suggestion: String?
    ) {
        #expect {
            try TimeZone.named(name)
        } throws: { error in
            guard case .unknown(name, let found) = error as? TimeZoneError else { return false }
            return suggestion == nil || found == suggestion
        }
    }

    @Test func `says what the user can do`() {
        #expect(
            TimeZoneError.unknown(name: "Berlin", suggestion: "Europe/Berlin").description
                == #"There is no time zone "Berlin". Do you mean "Europe/Berlin"?"#)
        #expect(
            TimeZoneError.noDatabase(directory: "/nowhere").description
                == "There are no time zones in /nowhere. Install the package tzdata.")
    }

    @Test func `knows UTC without a database and says that there is none`() throws {
        #expect(try TimeZone.named("UTC", in: "/nowhere").offset(at: Timestamp(seconds: 0)) == 0)
        #expect(throws: TimeZoneError.noDatabase(directory: "/nowhere")) {
            try TimeZone.named("Europe/Berlin", in: "/nowhere")
        }
    }

    /// In half the bytes a zone shows the same on each day of two centuries.
    @Test func `zones that are taken along are those of the database`() throws {
        let zones = try TimeZone.collection()
        #expect(zones.map(\.name) == zones.map(\.name).sorted())
        #expect(zones.count > 400)
        for name in ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kathmandu"] {
            let content = try #require(zones.first { $0.name == name }).content
            let (taken, own) = (try Self.zone(of: content), try TimeZone.named(name))
            for day in stride(from: Int64(-40_000), to: 40_000, by: 1) {
                let instant = Timestamp(seconds: day * 86_400 + 3_600)
                #expect(taken.offset(at: instant) == own.offset(at: instant))
            }
        }
    }

    @Test func `none can be taken along where there are none`() {
        #expect(throws: TimeZoneError.noDatabase(directory: "/nowhere")) { try TimeZone.collection(in: "/nowhere") }
    }

    /// A zone file by parts: an empty part for 32-bit readers, then the other.
    static func file(
        version: UInt8 = UInt8(ascii: "2"), changes: [Int64] = [], types: [UInt8] = [], offsets: [Int32] = [0],
        leapSeconds: UInt8 = 0, footer: String = "\n\n"
    ) -> [UInt8] {
        func header(_ counts: [UInt8]) -> [UInt8] {
            Array("TZif".utf8) + [version] + Array(repeating: 0, count: 15) + counts.flatMap { [0, 0, 0, $0] }
        }
        func big(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        var bytes = header([0, 0, 0, 0, 0, 0])
        bytes += header([0, 0, leapSeconds, UInt8(changes.count), UInt8(offsets.count), 4])
        bytes += changes.flatMap(big) + types
        bytes += offsets.flatMap { big($0) + [0, 0] } + Array("LMT\0".utf8)
        bytes += Array(repeating: 0, count: Int(leapSeconds) * 12)
        return bytes + Array(footer.utf8)
    }

    static func zone(of bytes: [UInt8]) throws -> TimeZone {
        var template = Array("/tmp/zones-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let path = directory + "/Test"
        let file = try #require(fopen(path, "w"))
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        defer {
            unlink(path)
            rmdir(directory)
        }
        return try TimeZone.named("Test", in: directory)
    }

    static let malformed: [(String, [UInt8])] = [
        ("it is cut short", []), ("it is cut short", Array(file().prefix(60))),
        ("it is no zone file", Array(repeating: 1, count: 200)),
        ("it is of version 1", file(version: 0)), ("it counts leap seconds", file(leapSeconds: 1)),
        ("it has 0 types and 0 changes", file(offsets: [])),
        ("its changes go backward", file(changes: [5, 5], types: [0, 0])),
        ("a type is missing", file(changes: [5], types: [1])), ("an offset is too large", file(offsets: [93_600])),
        ("it ends without a rule", file(footer: "")), ("it ends without a rule", file(footer: "\nUTC0")),
        ("its rule for the years to come is unreadable", file(footer: "\nCET\n")),
        ("it has 65537 bytes, more than 65536", Array(repeating: 0, count: 65_537)),
    ]
    @Test(arguments: malformed) func `refuses a file that is no zone`(reason: String, bytes: [UInt8]) {
        #expect(
            throws: TimeZoneError.unreadable(
                name: "Test", reason: reason)
        ) { try Self.zone(of: bytes) }
    }

    /// Rules, an instant and the offset then.
    static let rules: [(String, String, Int64?)] = [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7_200), ("EST5", "2026-03-29T01:00:00Z", -18_000),
        ("<+0330>-3:30", "2026-03-29T01:00:00Z", 12_600), ("<-01>1:00:01", "2026-03-29T01:00:00Z", -3_601),
        // Day numbers: 60 is 1 March where 29 February is not counted, and that day where it is.
        ("AAA0BBB,J60/0,J61/0", "2024-02-29T12:00:00Z", 0), ("AAA0BBB,J60/0,J61/0", "2024-03-01T12:00:00Z", 3_600),
        ("AAA0BBB,59/0,60/0", "2024-02-29T12:00:00Z", 3_600), ("AAA0BBB,59/0,60/0", "2023-03-01T12:00:00Z", 3_600),
        // Hours beyond the day, both ways; summer time all year, and one that is below standard time.
        ("AAA3BBB,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:59:59Z", -10_800),
        ("AAA3BBB,M3.5.0/-1,M10.5.0/0", "2026-03-29T02:00:00Z", -7_200),
        ("AAA0BBB,M3.4.4/50,M10.4.4/50", "2026-03-28T01:59:59Z", 0),
        ("AAA0BBB,M3.4.4/50,M10.4.4/50", "2026-03-28T02:00:00Z", 3_600),
        ("XXX3EDT4,0/0,J365/23", "2025-12-31T23:59:59Z", -14_400),
        ("XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14_400),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3_600),
        ("AB0", "2026-01-01T00:00:00Z", nil), ("<AB>0", "2026-01-01T00:00:00Z", nil),
        ("<ABC0", "2026-01-01T00:00:00Z", nil), ("AAA25", "2026-01-01T00:00:00Z", nil),
        ("AAA0:60", "2026-01-01T00:00:00Z", nil), ("AAA0BBB", "2026-01-01T00:00:00Z", nil),
        ("AAA0BBB,M13.1.0,M10.5.0", "2026-01-01T00:00:00Z", nil),
        ("AAA0BBB,M3.6.0,M10.5.0", "2026-01-01T00:00:00Z", nil),
        ("AAA0BBB,M3.5.7,M10.5.0", "2026-01-01T00:00:00Z", nil), ("AAA0BBB,J0,J5", "2026-01-01T00:00:00Z", nil),
        ("AAA0BBB,J366,J5", "2026-01-01T00:00:00Z", nil), ("AAA0BBB,M3.5.0/168,J5", "2026-01-01T00:00:00Z", nil),
        ("AAA0BBB,M3.5.0,M10.5.0x", "2026-01-01T00:00:00Z", nil), ("AAA00000", "2026-01-01T00:00:00Z", nil),
    ]
    @Test(arguments: rules) func `follows the rule past the table`(rule: String, instant: String, offset: Int64?) throws
    {
        let instant = try #require(Timestamp(rfc3339: instant))
        let bytes = Self.file(changes: [0], types: [0], footer: "\n\(rule)\n")
        #expect((try? Self.zone(of: bytes))?.offset(at: instant) == offset)
    }

    @Test func `keeps the last offset where there is no rule`() throws {
        let zone = try Self.zone(of: Self.file(changes: [0, 100], types: [1, 0], offsets: [60, 120]))
        let offsets = [-1, 0, 99, 100, 1 << 40].map { zone.offset(at: Timestamp(seconds: $0)) }
        #expect(offsets == [60, 120, 120, 60, 60])
    }

    @Test func `finds the offsets before the table, between and past it`() throws {
        // An overlap at 100: 120 goes to 60.
        let zone = try Self.zone(of: Self.file(changes: [0, 100], types: [1, 0], offsets: [60, 120]))
        func instants(_ seconds: Int64) -> CivilInstants {
            zone.instants(showing: CivilDateTime(secondsSince1970: seconds))
        }
        #expect(instants(59) == .plain(Timestamp(seconds: -1)))
        #expect(instants(60) == .gap)
        #expect(instants(120) == .plain(Timestamp(seconds: 0)))
        #expect(instants(160) == .overlap(earlier: Timestamp(seconds: 40), later: Timestamp(seconds: 100)))
    }
}
