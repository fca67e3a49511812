import NIOCore
import NIOHTTP1
import Time

// Buckets themselves.
extension S3 {
    func listBuckets(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let prefix = request.query["prefix"] ?? ""
        let countMax = try request.query.integer("max-buckets", in: 1...S3Quotas.bucketsMax) ?? S3Quotas.bucketsMax
        let after = request.query["continuation-token"] ?? ""
        let names = store.buckets.keys.filter { $0.hasPrefix(prefix) && $0 > after }.sorted()
        let page = names.prefix(countMax)
        return Self.xml(
            XMLWriter.document("ListAllMyBucketsResult") { writer in
                Self.writeOwner("Owner", &writer)
                writer.element("Buckets") { writer in
                    for name in page {
                        writer.element("Bucket") { writer in
                            writer.element("Name", name)
                            writer.element(
                                "CreationDate", S3Text.instant(store.buckets[name]?.created ?? host.clock.now))
                        }
                    }
                }
                if page.count < names.count { writer.element(ifPresent: "ContinuationToken", page.last) }
                if !prefix.isEmpty { writer.element("Prefix", prefix) }
            })
    }

    func createBucket(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let name = request.address.bucket ?? ""
        guard BucketName.isValid(name) else {
            throw S3Fault(
                "InvalidBucketName", .badRequest, "The specified bucket is not valid.", [("BucketName", name)])
        }
        if request.http.body.readableBytes > 0 {
            let location = try request.xml("CreateBucketConfiguration").text("LocationConstraint") ?? ""
            guard location.isEmpty || location == LocalAccount.region else {
                throw S3Fault(
                    "IllegalLocationConstraintException", .badRequest,
                    "The \(location) location constraint is incompatible for the region specific endpoint this request "
                        + "was sent to.")
            }
        }
        if let acl = request.header("x-amz-acl"), acl != "private" {
            throw S3Fault(
                "InvalidBucketAclWithObjectOwnership", .badRequest,
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
        }
        if request.header("x-amz-bucket-object-lock-enabled")?.lowercased() == "true" {
            throw .notImplemented("x-amz-bucket-object-lock-enabled")
        }
        // us-east-1 says yes to its owner once more, for the sake of old clients; every other region says this.
        guard store.buckets[name] == nil else {
            throw S3Fault(
                "BucketAlreadyOwnedByYou", .conflict,
                "Your previous request to create the named bucket succeeded and you already own it.",
                [("BucketName", name)])
        }
        guard store.buckets.count < S3Quotas.bucketsMax else {
            throw S3Fault(
                "TooManyBuckets", .badRequest, "You have attempted to create more buckets than allowed")
        }
        store.add(S3Bucket(name: name, created: host.clock.now))
        return HTTPResponse(.ok, headers: [("Location", "/\(name)")])
    }

    func deleteBucket(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        guard bucket.isEmpty else {
            throw S3Fault(
                "BucketNotEmpty", .conflict,
                bucket.versioning == nil
                    ? "The bucket you tried to delete is not empty"
                    : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
                [("BucketName", bucket.name)])
        }
        store.remove(bucket)
        return HTTPResponse(.noContent)
    }

    func headBucket(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        _ = try bucket(request)
        return HTTPResponse(
            .ok,
            headers: [
                ("x-amz-bucket-region", LocalAccount.region), ("x-amz-access-point-alias", "false"),
                ("Content-Type", "application/xml"),
            ])
    }

    /// Empty for us-east-1, as it was the first.
    func getBucketLocation(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        _ = try bucket(request)
        return Self.xml(XMLWriter.document("LocationConstraint") { _ in })
    }

    func getBucketVersioning(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        return Self.xml(
            XMLWriter.document("VersioningConfiguration") { writer in
                writer.element(ifPresent: "Status", bucket.versioning?.rawValue)
            })
    }

    func putBucketVersioning(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        let bucket = try bucket(request)
        let configuration = try request.xml("VersioningConfiguration")
        guard configuration.text("MfaDelete") != "Enabled" else { throw .notImplemented("MfaDelete") }
        guard let status = configuration.text("Status").flatMap(S3Bucket.Versioning.init(rawValue:)) else {
            throw S3Fault(
                "IllegalVersioningConfigurationException", .badRequest,
                "The Versioning element must be specified")
        }
        bucket.versioning = status
        store.note(bucket)
        return HTTPResponse(.ok)
    }

    // MARK: Access control lists

    /// Buckets have none: their owner owns every object, which is what AWS gives new buckets.
    func getACL(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        if request.address.key == nil { _ = try bucket(request) } else { _ = try version(request) }
        return Self.xml(
            XMLWriter.document("AccessControlPolicy") { writer in
                Self.writeOwner("Owner", &writer)
                writer.element("AccessControlList") { writer in
                    writer.element("Grant") { writer in
                        var grantee = XMLElement(
                            "Grantee",
                            [XMLElement("ID", text: Self.canonicalUser), XMLElement("DisplayName", text: "local")])
                        grantee.attributes = [
                            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:type": "CanonicalUser",
                        ]
                        writer.element(grantee)
                        writer.element("Permission", "FULL_CONTROL")
                    }
                }
            })
    }

    func putACL(_ request: S3Request) throws(S3Fault) -> HTTPResponse {
        if request.address.key == nil { _ = try bucket(request) } else { _ = try version(request) }
        guard request.http.body.readableBytes == 0, !hasGrants(request) else { throw Self.noACLs }
        return HTTPResponse(.ok)
    }

    static var noACLs: S3Fault {
        S3Fault("AccessControlListNotSupported", .badRequest, "The bucket does not allow ACLs")
    }

    /// Whether a request gives somebody else rights, which a bucket of today refuses.
    func hasGrants(_ request: S3Request) -> Bool {
        if let acl = request.header("x-amz-acl"), acl != "private", acl != "bucket-owner-full-control" { return true }
        return request.headers.contains { $0.name.lowercased().hasPrefix("x-amz-grant-") }
    }
}

/// - Note: Source: Amazon S3 User Guide, "General purpose bucket naming rules".
package enum BucketName {
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let isAlphanumeric = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        guard (3...63).contains(bytes.count), bytes.first.map(isAlphanumeric) == true,
            bytes.last.map(isAlphanumeric) == true,
            bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") })
        else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        if labels.contains(where: \.isEmpty) { return false }
        // Like an address of version 4.
        if labels.count == 4, labels.allSatisfy({ UInt8($0) != nil }) { return false }
        return !["xn--", "sthree-", "amzn-s3-demo-"].contains { name.hasPrefix($0) }
            && !["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].contains { name.hasSuffix($0) }
    }
}
