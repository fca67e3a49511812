import JSON

/// The members of a request whose types were checked. A null counts as absent.
struct Request: Sendable {
    let members: JSONObject

    init(_ members: JSONObject) { self.members = members }

    func value(_ name: String) -> JSONValue? { members[name].flatMap { $0.isNull ? JSONValue?.none : $0 } }

    func has(_ name: String) -> Bool { value(name) != nil }

    func string(_ name: String) -> String? { value(name)?.string }

    func object(_ name: String) -> JSONObject? { value(name)?.object }

    func structure(_ name: String) -> Request? { object(name).map(Request.init) }

    func array(_ name: String) -> [JSONValue]? { value(name)?.array }

    func structures(_ name: String) -> [Request]? { array(name)?.compactMap(\.object).map(Request.init) }

    func strings(_ name: String) -> [String]? { array(name)?.compactMap(\.string) }

    func int(_ name: String) -> Int? { value(name)?.wholeNumber }

    func bool(_ name: String) -> Bool? {
        switch value(name) {
        case .bool(let flag)?: flag
        case .string(let text)?: RequestText.boolean(text)
        default: nil
        }
    }
}
