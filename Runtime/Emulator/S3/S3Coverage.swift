import Template

extension TemplateCoverage {
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
            "LifecycleConfiguration.Rules.Id": .harmless("it is for people"),
            "LifecycleConfiguration.Rules.Status": .harmless("what it turns on is said by the rest"),
        ],
        "AWS::S3::BucketPolicy": [
            "Bucket": .used, "PolicyDocument": .harmless("it is kept, and handed out when asked for"),
        ],
        "AWS::Serverless::Function/S3": ["Bucket": .used, "Events": .used, "Filter": .used],
    ])
}
