/// A part of the template as written, intrinsic functions not yet evaluated, their short and long forms alike.
struct SourceNode: Sendable {
    let position: SourcePosition
    let content: Content

    indirect enum Content: Sendable {
        case null
        /// `isPlain` if it stood without quotes, so that `1` and `true` may be a number and a boolean.
        case scalar(String, isPlain: Bool)
        case list([SourceNode])
        case map([SourceMember])
        case call(Intrinsic, SourceNode)
    }

    init(_ content: Content, at position: SourcePosition) {
        self.content = content
        self.position = position
    }

    var members: [SourceMember]? { if case .map(let members) = content { members } else { nil } }
    var elements: [SourceNode]? { if case .list(let elements) = content { elements } else { nil } }
    var text: String? { if case .scalar(let text, _) = content { text } else { nil } }

    subscript(_ name: String) -> SourceNode? { members?.first { $0.name == name }?.value }

    /// What this is, for messages.
    var kindName: String {
        switch content {
        case .null: "nothing"
        case .scalar: "a text"
        case .list: "a list"
        case .map: "a map"
        case .call(let intrinsic, _): "the function \(intrinsic.shortForm)"
        }
    }
}

/// A key and its value.
struct SourceMember: Sendable {
    let name: String
    /// Of the key.
    let position: SourcePosition
    let value: SourceNode
}

/// The functions that are evaluated.
///
/// - Note: Source: AWS CloudFormation User Guide, "Intrinsic function reference".
enum Intrinsic: String, CaseIterable, Sendable {
    case ref = "Ref"
    case getAtt = "Fn::GetAtt"
    case sub = "Fn::Sub"
    case join = "Fn::Join"
    case select = "Fn::Select"
    case split = "Fn::Split"
    case findInMap = "Fn::FindInMap"
    case base64 = "Fn::Base64"
    case `if` = "Fn::If"
    case equals = "Fn::Equals"
    case and = "Fn::And"
    case or = "Fn::Or"
    case not = "Fn::Not"
    case condition = "Condition"

    var shortForm: String {
        switch self {
        case .ref, .condition: "!" + rawValue
        default: "!" + rawValue.dropFirst("Fn::".count)
        }
    }

    init?(shortForm tag: String) {
        guard let match = Self.allCases.first(where: { $0.shortForm == tag }) else { return nil }
        self = match
    }
}
