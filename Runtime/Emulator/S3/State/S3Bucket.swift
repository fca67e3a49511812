import JSON
import Time

/// A bucket and what is in it.
final class S3Bucket {
    enum Versioning: String {
        case enabled = "Enabled"
        case suspended = "Suspended"
    }

    let name: String
    let created: Timestamp
    /// nil if versions were never kept.
    var versioning: Versioning?
    /// What was put and is handed back, by the name of the subresource: XML, or JSON of a policy.
    var settings: [String: String] = [:]
    var cors: [CORSRule] = []
    var notifications = NotificationConfiguration()
    /// The versions of each key, oldest first; never none.
    private(set) var versions: [ObjectKey: [ObjectVersion]] = [:]
    private(set) var keys = SortedKeys()

    var arn: String { "arn:aws:s3:::\(name)" }
    var isEmpty: Bool { versions.isEmpty }

    init(name: String, created: Timestamp) {
        self.name = name
        self.created = created
    }

    /// The latest version; nil if there is none, or it is a delete marker.
    func current(_ key: ObjectKey) -> ObjectVersion? {
        versions[key]?.last.flatMap { $0.isDeleteMarker ? nil : $0 }
    }

    func latest(_ key: ObjectKey) -> ObjectVersion? { versions[key]?.last }

    func version(_ key: ObjectKey, _ id: String) -> ObjectVersion? { versions[key]?.first { $0.id == id } }

    fileprivate func append(_ version: ObjectVersion) {
        versions[version.key, default: []].append(version)
        keys.insert(version.key)
    }

    fileprivate func remove(_ version: ObjectVersion) {
        guard var left = versions[version.key] else { return }
        left.removeAll { $0 === version }
        versions[version.key] = left.isEmpty ? nil : left
        if left.isEmpty { keys.remove(version.key) }
    }
}

extension S3Bucket {
    var record: [UInt8] {
        var value: JSONObject = ["created": .number(JSONNumber(Int(created.milliseconds)))]
        if let versioning { value["versioning"] = .string(versioning.rawValue) }
        value["settings"] = .object(JSONObject(settings.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        value["notifications"] = notifications.json
        return JSONValue.object(value).compactBytes
    }

    fileprivate convenience init?(record: [UInt8], name: String) {
        guard let value = try? parseJSON(record), let created = value["created"]?.int else { return nil }
        self.init(name: name, created: Timestamp(milliseconds: Int64(created)))
        versioning = value["versioning"]?.string.flatMap(Versioning.init(rawValue:))
        for (name, setting) in value["settings"]?.object?.members ?? [] { settings[name] = setting.string }
        notifications = NotificationConfiguration(json: value["notifications"])
        cors = settings["cors"].flatMap { try? CORSRule.rules(of: XMLReader.read(Array($0.utf8))) } ?? []
    }
}

/// Every bucket, object and unfinished upload: in memory, each change noted in the journal, contents in files.
final class S3Store {
    private static let bucketKind = "s3.bucket"
    private static let objectKind = "s3.object"
    private static let uploadKind = "s3.upload"
    private static let partKind = "s3.part"

    let host: ServiceHost
    let files: ObjectFiles
    private(set) var buckets: [String: S3Bucket] = [:]
    private(set) var uploads: [String: MultipartUpload] = [:]
    /// How many versions and parts share a file.
    private var references: [ObjectFiles.ID: Int] = [:]
    private var lastSequence: UInt64 = 0
    /// While somebody copies the folder nothing is removed from it.
    private var removalHolds = 0
    private var heldRemovals: [ObjectFiles.ID] = []

    /// Reads what was kept, and removes the files that nothing refers to.
    init(host: ServiceHost) throws(EmulatorError) {
        self.host = host
        let journal = host.journal
        func unreadable(_ what: String) -> EmulatorError { EmulatorError("The kept \(what) can't be read.") }
        for (name, value) in try journal.load(Self.bucketKind) {
            guard let bucket = S3Bucket(record: value, name: name) else { throw unreadable("bucket \(name)") }
            buckets[name] = bucket
        }
        var segments: [ObjectSegment] = []
        for (key, value) in try journal.load(Self.objectKind) {
            guard let version = ObjectVersion(record: value, key: key) else { throw unreadable("object \(key)") }
            buckets[version.bucket]?.append(version)
            segments += version.segments
            lastSequence = max(lastSequence, version.sequence)
        }
        for (id, value) in try journal.load(Self.uploadKind) {
            guard let upload = MultipartUpload(record: value, id: id) else { throw unreadable("upload \(id)") }
            uploads[id] = upload
        }
        for (key, value) in try journal.load(Self.partKind) {
            guard let (id, part) = UploadedPart.read(record: value, key: key) else { throw unreadable("part \(key)") }
            uploads[id]?.parts[part.number] = part
            segments += part.segments
        }
        for segment in segments { references[segment.file, default: 0] += 1 }
        files = host.objects
        files.takeUp(Set(references.keys))
    }

    /// Greater than any before, and grows with the clock: what was deleted last is not remembered.
    func nextSequence() -> UInt64 {
        let milliseconds = UInt64(max(0, host.clock.now.milliseconds))
        lastSequence = max(lastSequence + 1, milliseconds << 16)
        return lastSequence
    }

    /// For what was there before anything happened: the same however late it is, so that a replay sees the same numbers
    /// in every run.
    func nextSeedSequence() -> UInt64 {
        lastSequence += 1
        return lastSequence
    }

    // MARK: Buckets

    func bucket(_ name: String) throws(S3Fault) -> S3Bucket {
        guard let bucket = buckets[name] else { throw .noSuchBucket(name) }
        return bucket
    }

    func add(_ bucket: S3Bucket) {
        buckets[bucket.name] = bucket
        note(bucket)
    }

    /// To be called after each change of a bucket's own settings.
    func note(_ bucket: S3Bucket) { host.journal.put(Self.bucketKind, bucket.name, bucket.record) }

    /// - Parameter bucket: an empty one; unfinished uploads go with it.
    func remove(_ bucket: S3Bucket) {
        for upload in uploads.values where upload.bucket == bucket.name { remove(upload) }
        buckets[bucket.name] = nil
        host.journal.remove(Self.bucketKind, bucket.name)
    }

    // MARK: Versions

    /// Makes it the latest version of its key; it takes the place of one with the same id.
    func add(_ version: ObjectVersion, to bucket: S3Bucket) {
        retain(version.segments)
        if let replaced = bucket.version(version.key, version.id) { remove(replaced, from: bucket) }
        bucket.append(version)
        note(version)
    }

    func note(_ version: ObjectVersion) { host.journal.put(Self.objectKind, version.recordKey, version.record) }

    func remove(_ version: ObjectVersion, from bucket: S3Bucket) {
        bucket.remove(version)
        host.journal.remove(Self.objectKind, version.recordKey)
        release(version.segments)
    }

    // MARK: Uploads in parts

    func upload(_ id: String, bucket: String, key: ObjectKey) throws(S3Fault) -> MultipartUpload {
        guard let upload = uploads[id], upload.bucket == bucket, upload.key == key else { throw .noSuchUpload(id) }
        return upload
    }

    func add(_ upload: MultipartUpload) {
        uploads[upload.id] = upload
        host.journal.put(Self.uploadKind, upload.id, upload.record)
    }

    func add(_ part: UploadedPart, to upload: MultipartUpload) {
        retain(part.segments)
        if let replaced = upload.parts.updateValue(part, forKey: part.number) { release(replaced.segments) }
        host.journal.put(Self.partKind, part.recordKey(in: upload.id), part.record)
    }

    func remove(_ upload: MultipartUpload) {
        uploads[upload.id] = nil
        host.journal.remove(Self.uploadKind, upload.id)
        for part in upload.parts.values {
            host.journal.remove(Self.partKind, part.recordKey(in: upload.id))
            release(part.segments)
        }
    }

    // MARK: Files

    /// Keeps the files until they are released as many times.
    func retain(_ segments: [ObjectSegment]) {
        for segment in segments { references[segment.file, default: 0] += 1 }
    }

    func release(_ segments: [ObjectSegment]) {
        var unused: [ObjectFiles.ID] = []
        for segment in segments {
            guard let count = references[segment.file] else { continue }
            references[segment.file] = count > 1 ? count - 1 : nil
            if count == 1 { unused.append(segment.file) }
        }
        guard !unused.isEmpty else { return }
        // Not before the file forgets them: after a crash they may be there still, but never be missing.
        host.journal.afterCommit { [self] in
            guard removalHolds == 0 else { return heldRemovals += unused }
            for id in unused { files.remove(id) }
        }
    }

    /// From here to ``resumeRemovals()`` every file stays that is in the folder or in the database.
    func holdRemovals() { removalHolds += 1 }

    func resumeRemovals() {
        removalHolds -= 1
        guard removalHolds == 0 else { return }
        for id in heldRemovals { files.remove(id) }
        heldRemovals = []
    }
}
