package import Services

/// The bundle's buckets.
extension BucketName {
    /// Uploads come in under `uploads/`, what is made of them goes to `avatars/`.
    package static let avatars = BucketName(rawValue: "Avatars")
}
