import Domain
package import Events
import Handling
import Images
import JSON
package import LambdaRuntime
package import Services

/// Makes avatars of what users upload, and reports to whoever keeps the profiles (R28, R29).
///
/// The same event again stores the same bytes under the same keys and reports the same, so that a failure anywhere is
/// met by failing: Lambda comes back with the event, and puts it aside in the end.
package struct ProcessAvatarHandler: LambdaHandler {
    private let objects: any ObjectStore
    private let webhook: any Webhook
    private let limits = ImageLimits(bytesMax: AvatarUpload.bytesMax)

    package init(objects: any ObjectStore, webhook: any Webhook) {
        self.objects = objects
        self.webhook = webhook
    }

    /// What was done about each record, in their order.
    package struct Reply: Encodable, Sendable {
        package var outcomes: [String]
    }

    package func handle(_ event: S3Event, context: InvocationContext) async throws -> Reply {
        var outcomes: [String] = []
        for record in event.records {
            let outcome = try await process(record, context)
            context.count(["Avatars.\(outcome.name)": 1], by: "ProcessAvatar")
            outcomes.append(outcome.name)
        }
        return Reply(outcomes: outcomes)
    }

    private enum Outcome {
        /// No upload of ours; nobody is waiting for it.
        case ignored
        /// What was uploaded is no more: it was processed before, or somebody removed it.
        case gone
        case ready
        case failed(AvatarFailure)

        /// For programs.
        var name: String {
            switch self {
            case .ignored: "IGNORED"
            case .gone: "GONE"
            case .ready: "READY"
            case .failed(let failure): failure.rawValue
            }
        }
    }

    private func process(_ record: S3Event.Record, _ context: InvocationContext) async throws -> Outcome {
        let object = record.s3.object
        guard record.isCreation, let upload = AvatarUpload(key: object.decodedKey),
            let sequencer = object.sequencer.flatMap(AvatarSequencer.init)
        else { return .ignored }
        let source = ObjectAddress(.avatars, upload.key, version: object.versionId)
        let outcome = try await make(of: source, upload.pictures(sequencer))
        let notice: AvatarNotice
        switch outcome {
        case .ignored, .gone: return outcome
        case .ready: notice = AvatarNotice(upload, sequencer, .ready)
        case .failed(let failure): notice = AvatarNotice(upload, sequencer, .failed(failure))
        }
        try await webhook.send(try encodeJSON(AvatarNoticeBody(notice)), at: context.receivedAt)
        await remove(source, context)
        return outcome
    }

    private func make(of source: ObjectAddress, _ pictures: AvatarPictures) async throws -> Outcome {
        let file: [UInt8]
        switch try await objects.read(source, bytesMax: AvatarUpload.bytesMax) {
        case .missing: return .gone
        case .tooLarge: return .failed(.fileTooLarge)
        case .found(let bytes): file = bytes
        }
        let large: SquarePicture
        do throws(ImageError) {
            large = try SquarePicture(file: file, side: AvatarPictures.Size.large.side, within: limits)
        } catch {
            return .failed(AvatarFailure(error))
        }
        for size in AvatarPictures.Size.allCases {
            let picture = size == .large ? large : large.resized(to: size.side)
            try await objects.insert(
                picture.jpeg(),
                ObjectHeaders(type: AvatarPictures.type, cacheControl: AvatarPictures.cacheControl),
                at: ObjectAddress(.avatars, pictures.key(size)))
        }
        return .ready
    }

    /// An original may tell where it was taken; nobody needs it any longer. Without a version it might be another
    /// upload that came since.
    private func remove(_ source: ObjectAddress, _ context: InvocationContext) async {
        guard source.version != nil else { return }
        do throws(ServiceError) {
            try await objects.delete(source)
        } catch {
            // The avatar is there: not worth doing all again.
            context.logger.warn("An upload could not be removed.", ["error": .string(error.description)])
        }
    }
}

extension AvatarFailure {
    fileprivate init(_ error: ImageError) {
        self =
            switch error {
            case .empty: .empty
            case .fileTooLarge: .fileTooLarge
            case .typeUnsupported: .typeUnsupported
            case .animated: .animated
            case .imageTooLarge: .imageTooLarge
            case .damaged: .damaged
            }
    }
}
