/// - Note: Source: Amazon S3 User Guide, "Amazon S3 multipart upload limits", "Naming Amazon S3 objects", "Working with
///   object metadata"; AWS General Reference, "Amazon S3 endpoints and quotas".
enum S3Quotas {
    static let keyBytesMax = 1_024
    /// A put, a part, a copy.
    static let putBytesMax = 5 * 1_073_741_824
    static let objectBytesMax = 5 * 1_099_511_627_776
    /// Of every part but the last.
    static let partBytesMin = 5 * 1_048_576
    static let partsMax = 10_000
    /// Names and values together, those of `x-amz-meta-` headers, without the prefix.
    static let userMetadataBytesMax = 2_048
    static let keysPerPageMax = 1_000
    static let deletedAtOnceMax = 1_000
    static let objectTagsMax = 10
    static let bucketTagsMax = 50
    static let tagKeyCharactersMax = 128
    static let tagValueCharactersMax = 256
    static let bucketsMax = 10_000
    static let corsRulesMax = 100
    static let notificationsMax = 100
    static let policyBytesMax = 20_480
    /// A presigned URL is good for a week at most.
    static let presignedSecondsMax = 604_800
    /// Bodies that are no objects: 10,000 parts with their checksums are 3 MB.
    static let xmlBytesMax = 8 * 1_048_576
    static let chunkHeadBytesMax = 4_096
}
