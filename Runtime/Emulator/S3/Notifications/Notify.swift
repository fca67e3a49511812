import JSON
import NIOHTTP1
import Time

// Telling others what has happened to objects.
extension S3 {
    /// Tells of a version: one that was just made, or whose tags were changed.
    func notify(_ name: BucketEvent.Name, _ version: ObjectVersion, in bucket: S3Bucket, _ exchange: S3Exchange) {
        send(
            name, version.key, in: bucket, exchange, size: version.isDeleteMarker ? nil : version.size,
            etag: version.isDeleteMarker ? nil : version.etag,
            versionID: bucket.versioning == nil ? nil : version.id, sequencer: version.sequencer)
    }

    /// Tells that a version is gone.
    func notify(
        _ name: BucketEvent.Name, deleted key: ObjectKey, version: String?, in bucket: S3Bucket,
        _ exchange: S3Exchange
    ) {
        send(
            name, key, in: bucket, exchange, versionID: bucket.versioning == nil ? nil : version,
            sequencer: S3Text.sequencer(store.nextSequence()))
    }

    private func send(
        _ name: BucketEvent.Name, _ key: ObjectKey, in bucket: S3Bucket, _ exchange: S3Exchange, size: Int? = nil,
        etag: String? = nil, versionID: String?, sequencer: String
    ) {
        let rules = bucket.notifications.rules.filter { $0.matches(event: name.rawValue, key: key.text) }
        guard !rules.isEmpty || bucket.notifications.sendsToEventBridge else { return }
        let event = BucketEvent(
            name: name, bucket: bucket.name, key: key.text, size: size, etag: etag, versionID: versionID,
            sequencer: sequencer, time: host.clock.now, requestID: exchange.requestID, hostID: exchange.hostID)
        for rule in rules {
            send(event.notification(configurationID: rule.id).compactBytes, to: rule.arn, from: bucket, exchange)
        }
        if bucket.notifications.sendsToEventBridge {
            let envelope = EventEnvelope(source: "aws.s3", detailType: name.detailType, resources: [bucket.arn])
            send(event.detail.compactBytes, to: Self.defaultBus, from: bucket, exchange, envelope)
        }
    }

    private static var defaultBus: String {
        "arn:aws:events:\(LocalAccount.region):\(LocalAccount.id):event-bus/default"
    }

    private func send(
        _ payload: [UInt8], to arn: String, from bucket: S3Bucket, _ exchange: S3Exchange,
        _ envelope: EventEnvelope? = nil
    ) {
        let trace =
            exchange.call.request.headers.first(name: Deployment.traceHeader)
            ?? host.identifiers.traceID(at: host.clock.now)
        let delivery = Delivery(payload: payload, trace: trace, source: bucket.arn, envelope: envelope)
        // A destination that was deleted since is told nothing, and S3 keeps no events for it.
        try? host.targets.deliver(delivery, to: arn)
    }

    // MARK: Configuration

    /// Sends each queue that is new to the bucket a test event: one that can't be sent to is refused.
    func validate(
        _ configuration: NotificationConfiguration, _ bucket: S3Bucket, _ exchange: S3Exchange
    ) throws(S3Fault) {
        let known = Set(bucket.notifications.rules.map(\.arn))
        for rule in configuration.rules where !known.contains(rule.arn) {
            guard host.targets.canDeliver(to: rule.arn) else { throw Self.unableToValidate(rule) }
            guard rule.destination != .function else { continue }
            let event = BucketEvent.test(
                bucket: bucket.name, at: host.clock.now, requestID: exchange.requestID, hostID: exchange.hostID)
            let delivery = Delivery(
                payload: event.compactBytes, trace: host.identifiers.traceID(at: host.clock.now), source: bucket.arn)
            do throws(DeliveryFailure) {
                try host.targets.deliver(delivery, to: rule.arn)
            } catch {
                throw Self.unableToValidate(rule)
            }
        }
    }

    private static func unableToValidate(_ rule: NotificationConfiguration.Rule) -> S3Fault {
        .invalidArgument(
            "Unable to validate the following destination configurations", name: rule.arn,
            value: "The destination \(rule.destination.rawValue.lowercased()) does not exist")
    }
}
