import Yams

/// Turns YAML into source nodes.
struct TemplateReader {
    /// AWS CloudFormation takes templates up to 1 MB.
    static let bytesMax = 1_000_000
    /// Nodes after aliases are followed: a few lines of aliases to aliases could stand for billions.
    static let nodesMax = 200_000

    private let file: String
    private var nodes = 0

    private init(file: String) { self.file = file }

    static func read(_ text: String, file: String) throws(TemplateError) -> SourceNode {
        var reader = TemplateReader(file: file)
        let start = SourcePosition(file: file, line: 1, column: 1)
        guard text.utf8.count <= bytesMax else {
            throw TemplateError("the template has more than \(bytesMax) bytes; split it", at: start)
        }
        let root: Node?
        // Without YAML's own types, by whose patterns each key would be tried: the template's are read from its texts.
        do { root = try Yams.compose(yaml: text, .basic) } catch { throw reader.error(from: error) }
        guard let root else {
            throw TemplateError("the template is empty; it needs at least the section Resources", at: start)
        }
        return try reader.source(root)
    }

    private func error(from error: any Error) -> TemplateError {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let doing = context.map { " " + $0.text } ?? ""
            return TemplateError("not YAML: \(problem)\(doing)", at: position(mark))
        case .duplicatedKeysInMapping(let names, let context):
            return TemplateError(
                "the key \(names.first ?? "") stands more than once in one map; keep one of them",
                at: position(context.mark))
        case .reader(let problem, _, _, _):
            return TemplateError("not YAML: \(problem)", at: SourcePosition(file: file, line: 1, column: 1))
        default: return TemplateError("not YAML: \(error)", at: SourcePosition(file: file, line: 1, column: 1))
        }
    }

    private func position(_ mark: Mark?) -> SourcePosition {
        SourcePosition(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    private mutating func source(_ node: Node) throws(TemplateError) -> SourceNode {
        let position = position(node.mark)
        nodes += 1
        guard nodes <= Self.nodesMax else {
            throw TemplateError("the template has more than \(Self.nodesMax) values; use fewer aliases", at: position)
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain
            let isNull = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            return try tagged(
                scalar.tag, SourceNode(isNull ? .null : .scalar(scalar.string, isPlain: isPlain), at: position))
        case .sequence(let sequence):
            var elements: [SourceNode] = []
            for element in sequence { elements.append(try source(element)) }
            return try tagged(sequence.tag, SourceNode(.list(elements), at: position))
        case .mapping(let mapping):
            var members: [SourceMember] = []
            for (key, value) in mapping { members.append(try member(key, value)) }
            return try tagged(mapping.tag, try call(members, at: position))
        case .alias:
            throw TemplateError("the alias stands for nothing; write the value out", at: position)
        }
    }

    private mutating func member(_ key: Node, _ value: Node) throws(TemplateError) -> SourceMember {
        guard case .scalar(let name) = key else {
            throw TemplateError("a key must be a text", at: position(key.mark))
        }
        guard name.string != "<<" || name.style != .plain else {
            throw TemplateError("CloudFormation knows no merge key <<; write the keys out", at: position(name.mark))
        }
        return SourceMember(name: name.string, position: position(name.mark), value: try source(value))
    }

    /// The long form of a function is a map with the function's name as its only key.
    private func call(_ members: [SourceMember], at position: SourcePosition) throws(TemplateError) -> SourceNode {
        for member in members where member.name.hasPrefix("Fn::") {
            guard let intrinsic = Intrinsic(rawValue: member.name) else {
                throw Self.unknownFunction(member.name, at: member.position)
            }
            guard members.count == 1 else {
                throw TemplateError("\(member.name) must be the only key of its map", at: member.position)
            }
            return SourceNode(.call(intrinsic, member.value), at: position)
        }
        if members.count == 1, members[0].name == "Ref" {
            return SourceNode(.call(.ref, members[0].value), at: position)
        }
        return SourceNode(.map(members), at: position)
    }

    private func tagged(_ tag: Tag, _ node: SourceNode) throws(TemplateError) -> SourceNode {
        let name = tag.description
        // No tag, a quoted text's tag, or one of YAML's own types, which the value already shows.
        guard name.hasPrefix("!"), name.count > 1 else { return node }
        guard let intrinsic = Intrinsic(shortForm: name) else { throw Self.unknownFunction(name, at: node.position) }
        return SourceNode(.call(intrinsic, node), at: node.position)
    }

    private static func unknownFunction(_ name: String, at position: SourcePosition) -> TemplateError {
        let remedy =
            switch name {
            case "Fn::ImportValue", "!ImportValue":
                "the emulator knows no other stacks; pass the value in as a parameter"
            case "Fn::Transform", "!Transform": "macros run on AWS only; write out what the macro makes"
            default:
                "the emulator does not evaluate it; use one of Ref, GetAtt, Sub, Join, Select, Split, FindInMap, "
                    + "Base64 and the condition functions, or a parameter"
            }
        return TemplateError("the function \(name) can't be used: \(remedy)", at: position)
    }
}
