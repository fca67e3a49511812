import Template

extension TemplateCoverage {
    private static let kept: Coverage.Rule = .harmless("what is left over costs nothing here, and is kept")

    static let s3 = Coverage([
        "AWS::S3::Bucket": [
            "BucketName": .used, "CorsConfiguration": .used, "NotificationConfiguration": .used,
            "VersioningConfiguration": .used, "Tags": .used,
            "AccessControl": .harmless("whoever calls here owns every bucket"),
            "OwnershipControls": .harmless("whoever calls here owns every object"),
            "PublicAccessBlockConfiguration": .harmless("nobody reaches this machine's own address"),
            "BucketEncryption": .harmless("nothing leaves this machine"),
            "LifecycleConfiguration.Rules.AbortIncompleteMultipartUpload": .harmless(
                "unfinished uploads cost nothing here"),
            "LifecycleConfiguration.Rules.ExpirationInDays": kept,
            "LifecycleConfiguration.Rules.ExpiredObjectDeleteMarker": kept,
            "LifecycleConfiguration.Rules.NoncurrentVersionExpiration": kept,
            "LifecycleConfiguration.Rules.Prefix": kept,
            "LifecycleConfiguration.Rules.Id": .harmless("it is for people"),
            "LifecycleConfiguration.Rules.Status": .harmless("what it turns on is said by the rest"),
        ],
        "AWS::S3::BucketPolicy": [
            "Bucket": .used, "PolicyDocument": .harmless("it is kept, and handed out when asked for"),
        ],
        "AWS::Serverless::Function/S3": ["Bucket": .used, "Events": .used, "Filter": .used],
    ])
}
