/// A picture that a user may put where uploads are taken in (R28): `uploads/<user>/<id>`.
package struct AvatarUpload: Hashable, Sendable {
    /// Of a file: what phones make of a photograph fits.
    package static let bytesMax = 10 << 20
    package static let lifetime = Duration.seconds(300)
    /// The template's notification has the same.
    private static let prefix = "uploads/"
    private static let picturePrefix = "avatars/"

    package var userID: String
    /// Holds no slash.
    package var id: String

    package init(userID: String, id: String) {
        self.userID = userID
        self.id = id
    }

    /// - Parameter key: an object's, whatever somebody put there; nil if it names no user and no upload.
    package init?(key: String) {
        guard key.hasPrefix(Self.prefix) else { return nil }
        let rest = key.dropFirst(Self.prefix.count)
        guard let slash = rest.lastIndex(of: "/"), slash > rest.startIndex, rest.index(after: slash) < rest.endIndex
        else { return nil }
        userID = String(rest[..<slash])
        id = String(rest[rest.index(after: slash)...])
    }

    package var key: String { "\(Self.prefix)\(userID)/\(id)" }

    /// What is made of one version of the upload, and of no other: a key never gets other bytes.
    package func pictures(_ sequencer: AvatarSequencer) -> AvatarPictures {
        AvatarPictures(folder: "\(Self.picturePrefix)\(userID)/\(id)-\(sequencer.text)")
    }
}

/// Where the pictures of one upload are.
package struct AvatarPictures: Hashable, Sendable {
    package enum Size: Int, CaseIterable, Sendable {
        case large = 512
        case small = 96

        /// Pixels of a side.
        package var side: Int { rawValue }
    }

    package static let type = "image/jpeg"
    /// Nobody ever stores others under the same keys.
    package static let cacheControl = "private, max-age=31536000, immutable"

    package var folder: String
    package init(folder: String) { self.folder = folder }

    package func key(_ size: Size) -> String { "\(folder)/\(size.side).jpg" }
}
