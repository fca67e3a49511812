import JSON

/// An amount as PayPal writes it: a decimal text and a currency in capitals.
///
/// - Note: Source: PayPal REST API Reference, "Orders v2", type `money`; "Currency codes". Two decimals, as every
///   currency has that the bundle sells in; currencies without decimals are refused rather than multiplied by a
///   hundred.
enum PayPalAmount {
    private static let currenciesWithoutDecimals: Set<String> = ["HUF", "JPY", "TWD"]
    /// More than any amount has.
    private static let digitsMax = 12

    /// nil for a currency without decimals.
    static func json(cents: Int, currency: String) -> JSONValue? {
        let code = currency.uppercased()
        guard cents >= 0, !currenciesWithoutDecimals.contains(code) else { return nil }
        let fraction = cents % 100
        return [
            "currency_code": .string(code),
            "value": .string("\(cents / 100).\(fraction < 10 ? "0" : "")\(fraction)"),
        ]
    }

    /// Cents and the currency in small letters; nil for what is no amount of 0 or more with at most two decimals.
    static func parse(_ json: JSONValue?) -> (cents: Int, currency: String)? {
        guard let value = json?["value"]?.string, let code = json?["currency_code"]?.string,
            !currenciesWithoutDecimals.contains(code)
        else { return nil }
        let parts = value.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let units = digits(parts[0], 1...digitsMax) else { return nil }
        guard parts.count == 2 else { return (units * 100, code.lowercased()) }
        guard let fraction = digits(parts[1], 1...2) else { return nil }
        return (units * 100 + (parts[1].utf8.count == 1 ? fraction * 10 : fraction), code.lowercased())
    }

    private static func digits(_ text: Substring, _ count: ClosedRange<Int>) -> Int? {
        let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return count.contains(text.utf8.count) && isDigits ? Int(text) : nil
    }
}
