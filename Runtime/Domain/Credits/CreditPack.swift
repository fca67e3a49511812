/// Credits as they are sold. The server knows the price; a request names the pack only.
package struct CreditPack: Hashable, Sendable {
    package var id: String
    package var credits: Int
    /// In cents of ``currency``.
    package var priceCents: Int
    package var title: String

    /// ISO 4217, in small letters as the provider writes it.
    package static let currency = "usd"

    package static let all = [
        CreditPack(id: "credits-1", credits: 1, priceCents: 100, title: "1 voting credit"),
        CreditPack(id: "credits-10", credits: 10, priceCents: 900, title: "10 voting credits"),
        CreditPack(id: "credits-50", credits: 50, priceCents: 4_000, title: "50 voting credits"),
    ]

    package static func named(_ id: String) -> CreditPack? { all.first { $0.id == id } }
}
