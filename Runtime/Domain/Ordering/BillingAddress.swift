import Items

/// Where an order is billed and delivered to (R61, R69). Personal data: never in a log or a message.
package struct BillingAddress: Hashable, Sendable {
    /// Bytes of UTF-8: one character may have any number of them, and an item has 400 KB.
    package static let fieldBytesMax = 200

    package var name: String
    package var line1: String
    package var line2: String?
    package var city: String
    package var postalCode: String
    /// ISO 3166-1, two capital letters.
    package var country: String

    package init(
        name: String, line1: String, line2: String? = nil, city: String, postalCode: String, country: String
    ) {
        self.name = name
        self.line1 = line1
        self.line2 = line2
        self.city = city
        self.postalCode = postalCode
        self.country = country
    }

    /// The name of the first field that can't be right, or nil.
    var firstInvalidField: String? {
        let fields = [("name", name), ("line1", line1), ("city", city), ("postalCode", postalCode)]
        for (field, value) in fields where value.utf8.count > Self.fieldBytesMax || value.allSatisfy(\.isWhitespace) {
            return field
        }
        if let line2, line2.utf8.count > Self.fieldBytesMax { return "line2" }
        let isCountry =
            country.utf8.count == 2
            && country.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        return isCountry ? nil : "country"
    }

    init(map: Item) throws(MalformedItem) {
        let reader = ItemReader(map, "billing address")
        name = try reader.string("name")
        line1 = try reader.string("line1")
        line2 = try reader.optional("line2", reader.string)
        city = try reader.string("city")
        postalCode = try reader.string("postalCode")
        country = try reader.string("country")
    }

    var map: AttributeValue {
        var map: AttributeMap = [
            "name": .string(name), "line1": .string(line1), "city": .string(city), "postalCode": .string(postalCode),
            "country": .string(country),
        ]
        if let line2 { map["line2"] = .string(line2) }
        return .map(map)
    }
}
