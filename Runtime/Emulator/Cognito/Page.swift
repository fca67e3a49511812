import Items

/// A part of a long list, and the token for what follows: the key of the part's last element.
enum Page {
    /// - Throws: InvalidParameterException for a token that no element of the list gave.
    static func of<Element>(
        _ elements: [Element], key: (Element) -> String, after token: String?, limit: Int
    ) throws(ServiceFault) -> ([Element], next: String?) {
        var start = 0
        if let token {
            guard let last = Base64.bytes(of: token).map({ String(decoding: $0, as: UTF8.self) }),
                let index = elements.firstIndex(where: { key($0) == last })
            else { throw .badParameter("Invalid pagination token.") }
            start = index + 1
        }
        let page = Array(elements[start...].prefix(limit))
        guard start + page.count < elements.count, let last = page.last else { return (page, nil) }
        return (page, Base64.text(of: Array(key(last).utf8)))
    }
}
