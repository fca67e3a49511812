import Domain
import Events
import JSON

/// The body of a request to order the cart.
struct OrderBody: Decodable {
    struct Address: Decodable {
        var name: String
        var line1: String
        var line2: String?
        var city: String
        var postalCode: String
        var country: String
    }

    /// As the preview showed them.
    var cartVersion: Int
    var totalCents: Int
    var address: Address
    /// Stripe where the request names none.
    var provider: ProviderName?

    func request(id: String, by userID: String) -> OrderRequest {
        OrderRequest(
            id: id, userID: userID, cartVersion: cartVersion, expectedTotalCents: totalCents,
            address: BillingAddress(
                name: address.name, line1: address.line1, line2: address.line2, city: address.city,
                postalCode: address.postalCode, country: address.country),
            provider: provider ?? .stripe)
    }
}

extension OrderQuote {
    var json: JSONObject {
        [
            "lines": .array(
                lines.map {
                    [
                        "sku": .string($0.sku), "productID": .string($0.productID), "title": .string($0.title),
                        "quantity": .number(JSONNumber($0.quantity)),
                        "unitPriceCents": .number(JSONNumber($0.unitPriceCents)),
                        "totalCents": .number(JSONNumber($0.totalCents)),
                    ]
                }),
            "subtotalCents": .number(JSONNumber(subtotalCents)), "deliveryCents": .number(JSONNumber(deliveryCents)),
            "totalCents": .number(JSONNumber(totalCents)),
        ]
    }
}

extension HTTPReply {
    init(_ refusal: OrderRefusal) {
        let (status, details): (Status, JSONObject) =
            switch refusal {
            case .keyReused, .cartEmpty: (.conflict, [:])
            case .addressInvalid(let field): (.unprocessable, ["field": .string(field)])
            case .cartChanged(let version): (.conflict, ["cartVersion": .number(JSONNumber(version))])
            case .tooManyLines(let limit): (.conflict, ["limit": .number(JSONNumber(limit))])
            case .quantityInvalid(let sku, let limit):
                (.conflict, ["sku": .string(sku), "limit": .number(JSONNumber(limit))])
            case .itemUnavailable(let sku): (.conflict, ["sku": .string(sku)])
            case .totalTooLarge(let limitCents): (.conflict, ["limitCents": .number(JSONNumber(limitCents))])
            case .outOfStock(let short):
                (
                    .conflict,
                    [
                        "items": .array(
                            short.map { ["sku": .string($0.sku), "available": .number(JSONNumber($0.available))] })
                    ]
                )
            case .priceChanged(let totalCents): (.conflict, ["totalCents": .number(JSONNumber(totalCents))])
            }
        self.init(status, code: refusal.code.rawValue, message: refusal.message, details: details)
    }
}
