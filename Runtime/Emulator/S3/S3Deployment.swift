import JSON
import NIOCore
import NIOHTTP1
import Template

// The template's buckets.
extension S3 {
    /// Makes the buckets that are not there yet and fills them from their seed folders; gives those that are there the
    /// settings that the template has now.
    func deploy(_ stack: Stack) throws(EmulatorError) {
        let resources: [BucketResource]
        do throws(TemplateError) { resources = try stack.buckets() } catch { throw EmulatorError("\(error)") }
        for resource in resources {
            guard BucketName.isValid(resource.name) else {
                throw EmulatorError(
                    "\(resource.position): \(resource.name) is no name of a bucket: 3 to 63 small letters, digits, dots and "
                        + "hyphens.")
            }
            let isNew = store.buckets[resource.name] == nil
            let bucket = store.buckets[resource.name] ?? S3Bucket(name: resource.name, created: host.clock.now)
            let before = bucket.record
            try configure(bucket, by: resource)
            if isNew {
                store.add(bucket)
                try seed(bucket, logicalID: resource.logicalID)
            } else if bucket.record != before {
                store.note(bucket)
            }
        }
        if let folder = host.seedFolder { try checkFolders(of: folder, Set(resources.map(\.logicalID))) }
    }

    private func configure(_ bucket: S3Bucket, by resource: BucketResource) throws(EmulatorError) {
        bucket.versioning = resource.versioning.flatMap(S3Bucket.Versioning.init(rawValue:)) ?? bucket.versioning
        var configuration = NotificationConfiguration(sendsToEventBridge: resource.sendsToEventBridge)
        for (index, notification) in resource.notifications.enumerated() {
            guard let destination = NotificationConfiguration.Destination(rawValue: notification.destination) else {
                continue
            }
            for event in notification.events where !NotificationConfiguration.events.contains(event) {
                throw EmulatorError("\(notification.position): S3 has no event \(event).")
            }
            configuration.rules.append(
                NotificationConfiguration.Rule(
                    id: "\(resource.logicalID)-\(index + 1)", destination: destination, arn: notification.arn,
                    events: notification.events, prefix: notification.prefix, suffix: notification.suffix))
        }
        if let (one, other) = configuration.overlap() {
            throw EmulatorError(
                "\(resource.position): two notifications of \(resource.logicalID) hold for the same events (\(one.id), "
                    + "\(other.id)); give them prefixes or suffixes that differ.")
        }
        // The template says nothing: what was set through the API stays.
        if !configuration.rules.isEmpty || configuration.sendsToEventBridge { bucket.notifications = configuration }
        if !resource.cors.isEmpty { try configureCORS(bucket, resource) }
        if !resource.tags.isEmpty { bucket.settings["tagging"] = Self.taggingXML(resource.tags) }
        if let policy = resource.policy { bucket.settings["policy"] = policy.json.compactText }
    }

    private func configureCORS(_ bucket: S3Bucket, _ resource: BucketResource) throws(EmulatorError) {
        let text = XMLWriter.document("CORSConfiguration") { writer in
            for rule in resource.cors {
                writer.element("CORSRule") { writer in
                    for origin in rule.origins { writer.element("AllowedOrigin", origin) }
                    for method in rule.methods { writer.element("AllowedMethod", method) }
                    for header in rule.headers { writer.element("AllowedHeader", header) }
                    for header in rule.exposedHeaders { writer.element("ExposeHeader", header) }
                    if let seconds = rule.maxAgeSeconds { writer.element("MaxAgeSeconds", seconds) }
                }
            }
        }
        do {
            bucket.cors = try CORSRule.rules(of: XMLReader.read(Array(text.utf8)))
        } catch let fault as S3Fault {
            throw EmulatorError("\(resource.position): \(fault.message)")
        } catch {
            throw EmulatorError("\(resource.position): the CORS rules can't be read: \(error)")
        }
        bucket.settings["cors"] = text
    }

    private static func taggingXML(_ tags: [String: String]) -> String {
        XMLWriter.document("Tagging") { writer in
            writer.element("TagSet") { writer in
                for (name, value) in tags.sorted(by: { $0.key < $1.key }) {
                    writer.element("Tag") { writer in
                        writer.element("Key", name)
                        writer.element("Value", value)
                    }
                }
            }
        }
    }

    // MARK: Seed

    /// Folders are for buckets, files for tables.
    private func checkFolders(of seedFolder: String, _ known: Set<String>) throws(EmulatorError) {
        for name in try Directory.entries(of: seedFolder) where Directory.isDirectory("\(seedFolder)/\(name)") {
            guard known.contains(name) else {
                let others = known.isEmpty ? "none at all" : known.sorted().joined(separator: ", ")
                throw EmulatorError("\(seedFolder)/\(name): the template has no bucket \(name). It has: \(others).")
            }
        }
    }

    /// Puts the files of `<seed folder>/<logical id>` into the bucket, named by their paths in it. Nobody is told: they
    /// were there before.
    private func seed(_ bucket: S3Bucket, logicalID: String) throws(EmulatorError) {
        guard let seedFolder = host.seedFolder, Directory.isDirectory("\(seedFolder)/\(logicalID)") else { return }
        try seed(bucket, from: "\(seedFolder)/\(logicalID)", prefix: "")
    }

    private func seed(_ bucket: S3Bucket, from folder: String, prefix: String) throws(EmulatorError) {
        for name in try Directory.entries(of: folder) {
            let path = "\(folder)/\(name)"
            if Directory.isDirectory(path) {
                try seed(bucket, from: path, prefix: prefix + name + "/")
                continue
            }
            let upload = ObjectUpload(files: store.files, expectation: BodyExpectation(), signatures: nil)
            upload.write(ByteBuffer(bytes: try TextFile.read(path)))
            let content: StoredContent
            do throws(S3Fault) { content = try upload.finish() } catch {
                throw EmulatorError("\(path) can't be stored: \(error.message)")
            }
            var attributes = ObjectAttributes()
            if let type = MediaType.named(by: name) {
                attributes.headers = [ObjectTag(name: "Content-Type", value: type)]
            }
            let version = ObjectVersion(
                bucket: bucket.name, key: ObjectKey(prefix + name), sequence: store.nextSeedSequence(),
                id: newVersionID(in: bucket), modified: host.clock.now, etag: content.md5.hexadecimalText,
                segments: content.segments, checksum: content.checksum, attributes: attributes)
            store.add(version, to: bucket)
        }
    }
}

/// What files are, by the ends of their names.
private enum MediaType {
    private static let types = [
        "avif": "image/avif", "css": "text/css", "csv": "text/csv", "gif": "image/gif", "html": "text/html",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript", "json": "application/json",
        "md": "text/markdown", "mp4": "video/mp4", "pdf": "application/pdf", "png": "image/png",
        "svg": "image/svg+xml", "txt": "text/plain", "webp": "image/webp", "woff2": "font/woff2",
        "xml": "application/xml", "zip": "application/zip",
    ]

    static func named(by name: String) -> String? {
        name.split(separator: ".").last.flatMap { types[$0.lowercased()] }
    }
}
