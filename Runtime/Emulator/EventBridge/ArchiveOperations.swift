import JSON
import Time

// Archives: what goes in, how long it stays, and the calls about them.
extension EventBridgeService {
    /// - Note: Source: EventBridge User Guide, "Amazon EventBridge quotas".
    static let archivesMax = 100
    private static let archiveKind = "events.archive"
    private static let entryKind = "events.archived"
    static let archiveName = ModelInput.TextConstraint.name(1...48, signs: ".-_", pattern: "[\\.\\-_A-Za-z0-9]+")

    /// - Throws: `DeliveryFailure` if one of the archives is full.
    func archive(_ event: BusEvent, of bus: EventBus) throws(DeliveryFailure) {
        guard !archives.isEmpty else { return }
        let taking = archives.values.filter { $0.busName == bus.name && $0.takes(event) }
        for archive in taking where archive.sizeBytes + event.bytes.count > EventArchive.bytesMax {
            throw DeliveryFailure(
                code: "ThrottlingException",
                message:
                    "The archive \(archive.name) is full: it holds \(EventArchive.bytesMax) bytes. Delete it, or set "
                    + "its RetentionDays.", isTemporary: true)
        }
        for archive in taking {
            let entry = archive.append(event)
            host.journal.put(Self.entryKind, Self.key(of: entry, in: archive), entry.bytes)
            if archive.expiry == nil { setExpiry(of: archive) }
        }
    }

    /// Numbers and times are padded, so that records come in their order.
    private static func key(of entry: EventArchive.Entry, in archive: EventArchive) -> String {
        "\(archive.name)/\(padded(entry.number))/\(entry.receivedAt.milliseconds)"
    }

    private static func padded(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 19 - digits.count)) + digits
    }

    func loadArchives() throws(EmulatorError) {
        for (name, value) in try host.journal.load(Self.archiveKind) {
            guard let archive = EventArchive(record: value, name: name) else {
                throw EmulatorError("The kept archive \(name) can't be read.")
            }
            archives[name] = archive
        }
        for (key, bytes) in try host.journal.load(Self.entryKind) {
            let parts = key.split(separator: "/")
            guard parts.count == 3, let archive = archives[String(parts[0])], let number = Int64(parts[1]),
                let received = Int64(parts[2]),
                let time = (try? parseJSON(bytes, limits: .events))?["time"]?.string.flatMap(Timestamp.init(rfc3339:))
            else { throw EmulatorError("The kept event \(key) can't be read.") }
            archive.restore(
                EventArchive.Entry(
                    number: number, time: time, receivedAt: Timestamp(milliseconds: received), bytes: bytes))
        }
        for archive in archives.values { setExpiry(of: archive) }
        try loadReplays()
    }

    private func setExpiry(of archive: EventArchive) {
        archive.expiry?.cancel()
        archive.expiry = archive.nextExpiry.map { due in
            host.timers.schedule(at: due) { [self] in
                let now = host.clock.now
                while let next = archive.nextExpiry, next <= now { dropFirst(of: archive) }
                archive.expiry = nil
                setExpiry(of: archive)
            }
        }
    }

    private func dropFirst(of archive: EventArchive) {
        let entry = archive.removeFirst()
        host.journal.remove(Self.entryKind, Self.key(of: entry, in: archive))
    }

    func keep(_ archive: EventArchive) { host.journal.put(Self.archiveKind, archive.name, archive.record) }

    func remove(_ archive: EventArchive) {
        archive.expiry?.cancel()
        while !archive.entries.isEmpty { dropFirst(of: archive) }
        archives[archive.name] = nil
        host.journal.remove(Self.archiveKind, archive.name)
    }

    // MARK: Calls

    func createArchive(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let name = try input.requireText("ArchiveName", Self.archiveName)
        let arn = try input.requireText("EventSourceArn", ModelInput.TextConstraint(lengths: 1...1_600))
        let settings = try Self.archiveSettings(input)
        guard archives[name] == nil else {
            throw ServiceFault(code: "ResourceAlreadyExistsException", message: "Archive \(name) already exists.")
        }
        guard archives.count < Self.archivesMax else {
            throw Self.limitExceeded("The requested resource exceeds the maximum number allowed.")
        }
        guard let bus = bus(arn: arn) else {
            throw .resourceUnknown("Event bus \(EventBus.name(arn)) does not exist.")
        }
        let archive = try EventArchive(
            name: name, busName: bus.name, settings: settings, createdAt: host.clock.now)
        archives[name] = archive
        keep(archive)
        return answer(of: archive)
    }

    func updateArchive(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let archive = try archive(input)
        var settings = try Self.archiveSettings(input)
        // What is not named stays.
        settings.description = settings.description ?? archive.settings.description
        settings.pattern = settings.pattern ?? archive.settings.pattern
        if input["RetentionDays"] == nil { settings.retentionDays = archive.settings.retentionDays }
        try archive.apply(settings)
        keep(archive)
        setExpiry(of: archive)
        return answer(of: archive)
    }

    private static func archiveSettings(_ input: ModelInput) throws(ServiceFault) -> EventArchive.Settings {
        EventArchive.Settings(
            description: try input.text("Description", ModelInput.TextConstraint(lengths: 0...512)),
            pattern: try input.text("EventPattern").flatMap { $0.isEmpty ? nil : $0 },
            retentionDays: try input.integer("RetentionDays", in: 0...Int(Int32.max)) ?? 0)
    }

    private func answer(of archive: EventArchive) -> JSONValue {
        ["ArchiveArn": .string(archive.arn), "State": "ENABLED", "CreationTime": archive.createdAt.jsonSeconds]
    }

    func deleteArchive(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        remove(try archive(input))
        return [:]
    }

    func describeArchive(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        let archive = try archive(input)
        var json = archive.summary
        json["ArchiveArn"] = .string(archive.arn)
        json["Description"] = archive.settings.description.map { .string($0) }
        json["EventPattern"] = archive.settings.pattern.map { .string($0) }
        return .object(json)
    }

    func listArchives(_ input: ModelInput) throws(ServiceFault) -> JSONValue {
        try Self.checkFilters(input, of: "ListArchives")
        let bus = try input.text("EventSourceArn")
        let state = try input.text(
            "State", oneOf: ["ENABLED", "DISABLED", "CREATING", "UPDATING", "CREATE_FAILED", "UPDATE_FAILED"])
        let found = archives.values.filter { archive in
            (bus.map { EventBus.arn(archive.busName) == $0 } ?? true) && (state.map { $0 == "ENABLED" } ?? true)
        }
        let (page, token) = try page(found, \.name, input)
        var answer: JSONObject = ["Archives": .array(page.map { .object($0.summary) })]
        answer["NextToken"] = token
        return .object(answer)
    }

    static func checkFilters(_ input: ModelInput, of operation: String) throws(ServiceFault) {
        guard ["NamePrefix", "EventSourceArn", "State"].count(where: { input[$0] != nil }) <= 1 else {
            throw .validation(
                "At most one filter is allowed for \(operation). Use either : State, EventSourceArn, or NamePrefix.")
        }
    }

    private func archive(_ input: ModelInput) throws(ServiceFault) -> EventArchive {
        let name = try input.requireText("ArchiveName", Self.archiveName)
        guard let archive = archives[name] else { throw .resourceUnknown("Archive \(name) does not exist.") }
        return archive
    }
}
