import Items
import JSON
import NIOCore
import NIOHTTP1

// What a browser's form puts.
//
// - Note: Source: Amazon S3 API Reference, "POST Object".
extension S3 {
    func postObject(_ request: S3Request, _ exchange: S3Exchange) throws(S3Fault) {
        let bucket = try bucket(request)
        let body = request.http.bodyBytes
        guard let boundary = MultipartForm.boundary(of: request.header("Content-Type") ?? "") else {
            throw S3Fault(
                "PreconditionFailed", .preconditionFailed,
                "At least one of the pre-conditions you specified did not hold",
                [("Condition", "Bucket POST must be of the enclosure-type multipart/form-data")])
        }
        guard var form = MultipartForm(body, boundary: boundary) else {
            throw S3Fault(
                "MalformedPOSTRequest", .badRequest,
                "The body of your POST request is not well-formed multipart/form-data.")
        }
        guard let file = form.file else {
            throw .invalidArgument("POST requires exactly one file upload per request.", name: "file", value: "0")
        }
        guard let name = form.fields["key"] else {
            throw .invalidArgument(
                "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
                name: "key", value: "")
        }
        let key = name.replacing("${filename}", with: form.fileName)
        // What a policy says of the key it says of the one that comes out.
        form.set("key", to: key)
        guard key.utf8.count <= S3Quotas.keyBytesMax else { throw .keyTooLong }
        try checkSignature(form, bucket, size: file.count)
        let signer =
            form.fields["x-amz-credential"].map { $0.prefix { $0 != "/" } } ?? form.fields["awsaccesskeyid"]?[...]
        try authorize([("s3:PutObject", "\(bucket.arn)/\(key)")], signer.map { host.keys.caller(of: $0) } ?? .account)
        let headers = Self.headers(form)
        let upload = ObjectUpload(
            files: store.files, expectation: try Self.expectation(headers), signatures: nil)
        upload.write(ByteBuffer(bytes: body[file]))
        let content = try upload.finish()
        store.retain(content.segments)
        defer { store.release(content.segments) }
        let tags = try form.fields["tagging"].map { (text) throws(S3Fault) in
            let element: XMLElement
            do { element = try XMLReader.read(Array(text.utf8)) } catch { throw .malformedXML }
            return try ObjectTag.read(element)
        }
        let version = ObjectVersion(
            bucket: bucket.name, key: ObjectKey(key), sequence: store.nextSequence(), id: newVersionID(in: bucket),
            modified: host.clock.now, etag: content.md5.hexadecimalText, segments: content.segments,
            checksum: content.checksum, attributes: try ObjectAttributes(headers), tags: tags ?? [])
        store.add(version, to: bucket)
        notify(.post, version, in: bucket, exchange)
        exchange.answer(.success(postAnswer(form, version, bucket)), in: host.journal)
    }

    private static func headers(_ form: MultipartForm) -> HTTPHeaders {
        HTTPHeaders(
            form.fields.filter {
                $0.key.hasPrefix("x-amz-") || ObjectVersion.standardHeaders.map { $0.lowercased() }.contains($0.key)
            }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    /// The length is that of the file.
    private static func expectation(_ headers: HTTPHeaders) throws(S3Fault) -> BodyExpectation {
        var headers = headers
        headers.add(name: "Transfer-Encoding", value: "form")
        return try BodyExpectation(headers)
    }

    private func checkSignature(_ form: MultipartForm, _ bucket: S3Bucket, size: Int) throws(S3Fault) {
        // Nobody has signed it: whoever calls here owns every bucket.
        guard let text = form.fields["policy"] else { return }
        let fields = form.fields
        if let credential = fields["x-amz-credential"] {
            let parts = credential.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 5, parts[3] == "s3", fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256" else {
                throw .invalidArgument(
                    "The Credential or the Algorithm is mal-formed", name: "x-amz-credential", value: credential)
            }
            let signature = fields["x-amz-signature"] ?? ""
            if let known = host.keys.credentials(of: parts[0]) {
                guard RequestSigningKey(secret: known.secret, scope: Array(parts[1...])).isRight(signature, of: text),
                    known.sessionToken == nil || known.sessionToken == fields["x-amz-security-token"]
                else {
                    throw S3Signature.mismatch(accessKey: parts[0], stringToSign: text, signature: signature)
                }
            }
        } else if let key = fields["awsaccesskeyid"], let known = host.keys.credentials(of: key) {
            let signature = fields["signature"] ?? ""
            guard Base64.bytes(of: signature) == S3SignatureV2.authenticate(text, secret: known.secret) else {
                throw S3Signature.mismatch(accessKey: key, stringToSign: text, signature: signature)
            }
        }
        guard let bytes = Base64.bytes(of: text), let json = try? parseJSON(bytes) else {
            throw S3Fault("InvalidPolicyDocument", .badRequest, "Invalid Policy: Invalid JSON.")
        }
        do throws(PostPolicy.Refusal) {
            try PostPolicy(json).check(fields, bucket: bucket.name, size: size, now: host.clock.now)
        } catch {
            throw Self.fault(of: error)
        }
    }

    private static func fault(of refusal: PostPolicy.Refusal) -> S3Fault {
        switch refusal {
        case .malformed(let text): S3Fault("InvalidPolicyDocument", .badRequest, text)
        case .denied(let text): .accessDenied("Invalid according to Policy: \(text)")
        case .tooSmall(let size, let min):
            S3Fault(
                "EntityTooSmall", .badRequest, "Your proposed upload is smaller than the minimum allowed size",
                [("ProposedSize", String(size)), ("MinSizeAllowed", String(min))])
        case .tooLarge(let size, let max):
            S3Fault(
                "EntityTooLarge", .badRequest, "Your proposed upload exceeds the maximum allowed size",
                [("ProposedSize", String(size)), ("MaxSizeAllowed", String(max))])
        }
    }

    private func postAnswer(_ form: MultipartForm, _ version: ObjectVersion, _ bucket: S3Bucket) -> HTTPResponse {
        let location = "\(host.endpoint)/\(bucket.name)/\(PercentText.path(version.key.text))"
        var headers = storedHeaders(version)
        headers.append(("Location", location))
        if let target = form.fields["success_action_redirect"] ?? form.fields["redirect"] {
            let mark = target.contains("?") ? "&" : "?"
            headers.removeLast()
            headers.append(
                (
                    "Location",
                    "\(target)\(mark)bucket=\(bucket.name)&key=\(PercentText.path(version.key.text))&etag=%22\(version.etag)%22"
                ))
            return HTTPResponse(.seeOther, headers: headers)
        }
        switch form.fields["success_action_status"] {
        case "200"?: return HTTPResponse(.ok, headers: headers)
        case "201"?:
            let text = XMLWriter.document("PostResponse") { writer in
                writer.element("Location", location)
                writer.element("Bucket", bucket.name)
                writer.element("Key", version.key.text)
                writer.element("ETag", "\"\(version.etag)\"")
            }
            return HTTPResponse(
                .created, headers: headers + [("Content-Type", "application/xml")], body: ByteBuffer(string: text))
        default: return HTTPResponse(.noContent, headers: headers)
        }
    }
}
