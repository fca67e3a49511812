import JSON
import NIOCore
import NIOHTTP1

/// SQS's older protocol, which some SDKs still speak: a form in, XML out.
///
/// - Note: Source: Amazon SQS Developer Guide, "Making Query API requests"; Smithy, "AWS query protocol".
final class SQSQueryProtocol: EmulatedService {
    private static let version = "2012-11-05"
    private let service: SQSService

    init(of service: SQSService) { self.service = service }

    func owns(_ request: HTTPRequest) -> Bool {
        guard request.method == .POST,
            request.headers.first(name: "Content-Type")?.hasPrefix("application/x-www-form-urlencoded") == true
        else { return false }
        let fields = FormFields(String(buffer: request.body))
        return fields["Version"] == Self.version && fields["Action"] != nil
    }

    func handle(_ call: ServiceCall) {
        let form = SQSForm(FormFields(String(buffer: call.request.body)))
        var input = form.input
        // The queue may be named by the path alone.
        if input["QueueUrl"] == nil, call.request.path.count > 1 { input["QueueUrl"] = .string(call.request.path) }
        let (host, requestID) = (service.host, service.host.identifiers.requestID())
        let answer = { (result: Result<JSONValue, ServiceFault>) in
            let response = Self.response(to: result, action: form.action, requestID: requestID)
            host.journal.afterCommit { call.answer(response) }
        }
        if let (action, resource) = service.requiredAccess(form.action, .object(input)),
            let message = host.access.denial(of: action, on: resource, to: call.caller)
        {
            return answer(.failure(ServiceFault(code: "AccessDenied", message: message, status: .forbidden)))
        }
        service.perform(form.action, .object(input), of: call, reply: answer)
    }

    private static func response(
        to result: Result<JSONValue, ServiceFault>, action: String, requestID: String
    ) -> HTTPResponse {
        let text: String
        var status = HTTPResponseStatus.ok
        switch result {
        case .success(let output):
            let members = SQSXML(action: action).text(of: output.object ?? [:])
            text =
                "<\(action)Response xmlns=\"http://queue.amazonaws.com/doc/\(version)/\"><\(action)Result>\(members)"
                + "</\(action)Result><ResponseMetadata><RequestId>\(requestID)</RequestId></ResponseMetadata>"
                + "</\(action)Response>"
        case .failure(let fault):
            status = fault.status
            text =
                "<ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/\(version)/\"><Error><Type>Sender</Type><Code>"
                + "\(fault.queryCode)</Code><Message>\(SQSXML.escaped(fault.message))</Message></Error><RequestId>"
                + "\(requestID)</RequestId></ErrorResponse>"
        }
        return HTTPResponse(
            status, headers: [("Content-Type", "text/xml"), ("x-amzn-RequestId", requestID)],
            body: ByteBuffer(string: "<?xml version=\"1.0\"?>" + text))
    }
}

/// The parameters of a form, brought into the JSON protocol's shape.
struct SQSForm {
    /// A field, or what stands below it: `Entry.1.Id` is `Id` below `1` below `Entry`.
    private struct Node {
        var text: String?
        var children: [String: Node] = [:]

        mutating func insert(_ path: ArraySlice<Substring>, _ value: String) {
            guard let first = path.first else { return text = value }
            children[String(first), default: Node()].insert(path.dropFirst(), value)
        }

        /// `1`, `2`, … in order.
        var elements: [Node] {
            children.compactMap { key, node in Int(key).map { ($0, node) } }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static let integers: Set<String> = [
        "DelaySeconds", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds", "MaxResults",
        "MaxNumberOfMessagesPerSecond",
    ]
    private static let lists = [
        "AttributeName": "AttributeNames", "MessageAttributeName": "MessageAttributeNames",
        "MessageSystemAttributeName": "MessageSystemAttributeNames", "TagKey": "TagKeys",
        "AWSAccountId": "AWSAccountIds", "ActionName": "Actions",
    ]

    let action: String
    let input: JSONObject

    init(_ fields: FormFields) {
        action = fields["Action"] ?? ""
        var root = Node()
        for (name, value) in fields.values where name != "Action" && name != "Version" {
            root.insert(name.split(separator: ".")[...], value)
        }
        input = Self.members(of: root, tags: action == "CreateQueue" ? "tags" : "Tags")
    }

    private static func members(of node: Node, tags: String = "Tags") -> JSONObject {
        var members = JSONObject()
        for (name, child) in node.children {
            if let text = child.text {
                let number = integers.contains(name) ? JSONNumber(text: text) : nil
                members[name] = number.map { .number($0) } ?? .string(text)
            } else if let list = lists[name] {
                members[list] = .array(child.elements.map { .string($0.text ?? "") })
            } else if name == "Attribute" {
                members["Attributes"] = map(child, key: "Name") { .string($0.text ?? "") }
            } else if name == "Tag" {
                members[tags] = map(child, key: "Key") { .string($0.text ?? "") }
            } else if name == "MessageAttribute" || name == "MessageSystemAttribute" {
                members[name + "s"] = map(child, key: "Name") { .object(self.members(of: $0)) }
            } else {
                members["Entries"] = .array(child.elements.map { .object(self.members(of: $0)) })
            }
        }
        return members
    }

    private static func map(_ node: Node, key: String, _ value: (Node) -> JSONValue) -> JSONValue {
        .object(
            JSONObject(
                node.elements.map { element in
                    (element.children[key]?.text ?? "", value(element.children["Value"] ?? Node()))
                }))
    }
}

/// Answers of the JSON protocol as XML: lists without a frame, maps as names and values.
struct SQSXML {
    let action: String

    func text(of members: JSONObject) -> String {
        members.map { name, value in text(of: value, name) }.joined()
    }

    private func text(of value: JSONValue, _ name: String) -> String {
        switch value {
        case .array(let elements): elements.map { Self.element(itemName(of: name), text(inside: $0)) }.joined()
        case .object(let map) where name == "Tags": Self.map(map, "Tag", key: "Key") { text(inside: $0) }
        case .object(let map) where name == "Attributes" || name == "MessageAttributes":
            Self.map(map, String(name.dropLast()), key: "Name") { text(inside: $0) }
        default: Self.element(name, text(inside: value))
        }
    }

    private func text(inside value: JSONValue) -> String {
        switch value {
        case .object(let members): text(of: members)
        case .string(let text): Self.escaped(text)
        case .number(let number): number.text
        case .bool(let bool): String(bool)
        case .array, .null: ""
        }
    }

    private func itemName(of list: String) -> String {
        switch list {
        case "Successful": action + "ResultEntry"
        case "Failed": "BatchResultErrorEntry"
        case "queueUrls", "QueueUrls": "QueueUrl"
        case "Results": "ListMessageMoveTasksResultEntry"
        default: String(list.dropLast())
        }
    }

    private static func map(
        _ map: JSONObject, _ name: String, key: String, _ text: (JSONValue) -> String
    ) -> String {
        map.map { entry in
            element(name, element(key, escaped(entry.key)) + element("Value", text(entry.value)))
        }.joined()
    }

    private static func element(_ name: String, _ text: String) -> String { "<\(name)>\(text)</\(name)>" }

    /// A carriage return would be read as a line feed.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\r": escaped += "&#xD;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
