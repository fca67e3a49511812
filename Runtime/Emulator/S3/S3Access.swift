// What functions may do, by their policies.
extension S3 {
    /// - Throws: `AccessDenied` naming action and resource.
    func authorize(_ operation: S3Operation, _ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) {
        guard exchange.call.caller != .account else { return }
        let bucket = "arn:aws:s3:::\(request.address.bucket ?? "*")"
        let resource = request.address.key.map { "\(bucket)/\($0)" } ?? bucket
        switch operation {
        case .deleteObjects, .postObject: return
        case .listBuckets: return try authorize([(operation.action, "*")], exchange.call.caller)
        case .getBucketSetting, .putBucketSetting, .deleteBucketSetting:
            let verb = operation == .getBucketSetting ? "Get" : "Put"
            let setting = BucketSetting(request.query)
            return try authorize([(setting?.action(verb, operation) ?? "s3:*", bucket)], exchange.call.caller)
        default: break
        }
        var action = operation.action
        if request.query.has("versionId") { action = Self.versionActions[action] ?? action }
        var needed = [(action, resource)]
        if operation.action == "s3:PutObject", request.header("x-amz-tagging") != nil {
            needed.append(("s3:PutObjectTagging", resource))
        }
        try authorize(needed, exchange.call.caller)
    }

    private static let versionActions = [
        "s3:GetObject": "s3:GetObjectVersion", "s3:DeleteObject": "s3:DeleteObjectVersion",
        "s3:GetObjectTagging": "s3:GetObjectVersionTagging", "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
        "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
        "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    ]

    /// For the source of a copy.
    func authorize(
        reading source: ObjectVersion, _ request: S3Request, _ exchange: S3Exchange
    ) throws(S3Fault) {
        let isNamed = request.header("x-amz-copy-source")?.contains("?versionId=") == true
        let resource = "arn:aws:s3:::\(source.bucket)/\(source.key.text)"
        try authorize([(isNamed ? "s3:GetObjectVersion" : "s3:GetObject", resource)], exchange.call.caller)
    }

    func authorize(_ needed: [(action: String, resource: String)], _ caller: Caller) throws(S3Fault) {
        for (action, resource) in needed {
            if let message = host.access.denial(of: action, on: resource, to: caller) { throw .accessDenied(message) }
        }
    }

    /// Who may not list a bucket is not told what is missing in it.
    ///
    /// - Note: Source: Amazon S3 API Reference, GetObject, "Permissions".
    func fault(_ fault: S3Fault, toldTo caller: Caller, of request: S3Request) -> S3Fault {
        guard fault.code == "NoSuchKey", let bucket = request.address.bucket,
            let message = host.access.denial(of: "s3:ListBucket", on: "arn:aws:s3:::\(bucket)", to: caller)
        else { return fault }
        return .accessDenied(message)
    }
}

extension BucketSetting {
    /// - Parameter verb: `Get` or `Put`, which stands for deleting too, but for a policy.
    fileprivate func action(_ verb: String, _ operation: S3Operation) -> String {
        switch self {
        case .cors: "s3:\(verb)BucketCORS"
        case .tagging: "s3:\(verb)BucketTagging"
        case .policy: operation == .deleteBucketSetting ? "s3:DeleteBucketPolicy" : "s3:\(verb)BucketPolicy"
        case .publicAccessBlock: "s3:\(verb)BucketPublicAccessBlock"
        case .encryption: "s3:\(verb)EncryptionConfiguration"
        case .ownershipControls: "s3:\(verb)BucketOwnershipControls"
        }
    }
}
