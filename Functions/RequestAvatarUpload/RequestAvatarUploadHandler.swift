import Domain
package import Events
import Handling
import Items
import JSON
package import LambdaRuntime
package import Services
import Time

/// Lets users upload pictures of themselves, and shows what became of them (R28).
package struct RequestAvatarUploadHandler: LambdaHandler {
    private let store: any ItemStore
    private let objects: any ObjectStore

    package init(store: any ItemStore, objects: any ObjectStore) {
        self.store = store
        self.objects = objects
    }

    package func handle(_ event: HTTPEvent, context: InvocationContext) async throws -> HTTPReply {
        await answering(by: "RequestAvatarUpload", context) {
            switch event.routeKey {
            case "POST /me/avatar/upload": try requestUpload(event, context)
            case "GET /me/avatar": try await show(event)
            default: throw RequestError.routeUnknown
            }
        }
    }

    private struct UploadRequest: Decodable {
        var contentType: String
        var bytes: Int
    }

    /// Changes nothing: what is uploaded counts, and who asks twice may upload twice.
    private func requestUpload(_ event: HTTPEvent, _ context: InvocationContext) throws -> HTTPReply {
        let userID = try event.userID()
        let request = try event.body(as: UploadRequest.self)
        if let refusal = decideAvatarUpload(type: request.contentType, bytes: request.bytes) {
            return HTTPReply(refusal)
        }
        let upload = AvatarUpload(
            userID: userID, id: derivedID("avatar", of: userID, key: event.requestContext.requestId))
        let presigned = try objects.upload(
            to: ObjectAddress(.avatars, upload.key), bytes: request.bytes, type: request.contentType,
            at: event.receivedAt, lifetime: AvatarUpload.lifetime)
        context.count(["Offered": 1], by: "RequestAvatarUpload")
        let headers = presigned.headers.sorted { $0.key < $1.key }
        return HTTPReply(
            .created,
            body: [
                "uploadID": .string(upload.id), "method": "PUT", "url": .string(presigned.url),
                "headers": .object(JSONObject(headers.map { ($0.key, .string($0.value)) })),
                "expiresAt": .string(presigned.expiresAt.description),
            ])
    }

    private func show(_ event: HTTPEvent) async throws -> HTTPReply {
        guard let profile = try await store.item(at: Avatar.key(of: try event.userID())), Avatar.isTold(by: profile)
        else { return HTTPReply(.ok, body: ["avatar": .null]) }
        let avatar = try Avatar(item: profile)
        var body: JSONObject = [
            "uploadID": .string(avatar.uploadID), "state": avatar.failure == nil ? "READY" : "FAILED",
            "changedAt": .string(avatar.changedAt.description),
        ]
        if let failure = avatar.failure {
            body["reason"] = .string(failure.rawValue)
            body["message"] = .string(failure.message)
        }
        if let pictures = avatar.made?.pictures {
            body["pictures"] = .object(try addresses(of: pictures, at: event.receivedAt))
        }
        return HTTPReply(.ok, body: ["avatar": .object(body)])
    }

    /// Signed as of the last quarter of an hour: a browser that asks again gets the same address, and has the picture.
    private static let steadySeconds: Int64 = 900
    private static let lifetime = Duration.seconds(2 * steadySeconds)

    private func addresses(of pictures: AvatarPictures, at now: Timestamp) throws -> JSONObject {
        let start = Timestamp(seconds: now.secondsRoundedDown / Self.steadySeconds * Self.steadySeconds)
        return JSONObject(
            try AvatarPictures.Size.allCases.map { size in
                let object = ObjectAddress(.avatars, pictures.key(size))
                let presigned = try objects.download(of: object, at: start, lifetime: Self.lifetime)
                return (String(size.side), .string(presigned.url))
            })
    }
}

extension HTTPReply {
    fileprivate init(_ refusal: AvatarUploadRefusal) {
        var details = JSONObject()
        if refusal == .tooLarge { details["bytesMax"] = .number(JSONNumber(AvatarUpload.bytesMax)) }
        self.init(.unprocessable, code: refusal.code.rawValue, message: refusal.message, details: details)
    }
}
