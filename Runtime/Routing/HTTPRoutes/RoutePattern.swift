/// A route's path in its parts: `/votings/{votingID}/{rest+}`.
///
/// - Note: Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs".
package struct RoutePattern: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case literal(String)
        /// One segment that is not empty.
        case parameter(String)
        /// One segment and all that follow; the last part.
        case greedy(String)
    }

    package let parts: [Part]

    /// - Parameter path: with a slash at its beginning.
    /// - Throws: ``RoutePatternFailure`` for one that API Gateway refuses.
    package init(_ path: String) throws(RoutePatternFailure) {
        guard path.utf8.first == UInt8(ascii: "/") else { throw .noSlash }
        var parts: [Part] = []
        var names: Set<String> = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if case .greedy? = parts.last { throw .greedyNotLast }
            let part = try Self.part(segment)
            switch part {
            case .literal: break
            case .parameter(let name), .greedy(let name):
                guard names.insert(name).inserted else { throw .repeatedName(name) }
            }
            parts.append(part)
        }
        self.parts = parts
    }

    private static func part(_ segment: Substring) throws(RoutePatternFailure) -> Part {
        guard segment.contains("{") || segment.contains("}") else { return .literal(String(segment)) }
        guard segment.first == "{", segment.last == "}" else { throw .segment(String(segment)) }
        let inner = segment.dropFirst().dropLast()
        let isGreedy = inner.last == "+"
        let name = isGreedy ? inner.dropLast() : inner
        let isPlain = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard !name.isEmpty, isPlain else { throw .segment(String(segment)) }
        return isGreedy ? .greedy(String(name)) : .parameter(String(name))
    }
}

package enum RoutePatternFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case noSlash
    case segment(String)
    case greedyNotLast
    case repeatedName(String)
    /// Another route takes the same requests.
    case taken(String)

    package var description: String {
        switch self {
        case .noSlash: "a path begins with a slash"
        case .segment(let segment):
            "'\(segment)' is neither a text nor {name} nor {name+}; a name has letters, digits and . _ - :"
        case .greedyNotLast: "nothing may follow a part such as {proxy+}"
        case .repeatedName(let name): "{\(name)} stands in the path twice"
        case .taken(let path): "\(path) takes the same requests"
        }
    }
}
