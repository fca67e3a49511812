/// Why an order can't be placed; earlier cases win.
package enum OrderRefusal: Refusal {
    /// The idempotency key stands for another order.
    case keyReused
    case addressInvalid(field: String)
    case cartEmpty
    /// The cart changed since the preview, in another tab for one.
    case cartChanged(version: Int)
    case tooManyLines(limit: Int)
    case quantityInvalid(sku: String, limit: Int)
    /// Sold no more, or hidden.
    case itemUnavailable(sku: String)
    case totalTooLarge(limitCents: Int)
    case outOfStock([Shortage])
    /// R71: what would be charged is not what the preview showed.
    case priceChanged(totalCents: Int)

    package struct Shortage: Hashable, Sendable {
        package var sku: String
        package var available: Int
        package init(sku: String, available: Int) {
            self.sku = sku
            self.available = available
        }
    }

    package enum Code: String, CaseIterable, Sendable {
        case keyReused = "IDEMPOTENCY_KEY_REUSED"
        case addressInvalid = "ADDRESS_INVALID"
        case cartEmpty = "CART_EMPTY"
        case cartChanged = "CART_CHANGED"
        case tooManyLines = "TOO_MANY_LINES"
        case quantityInvalid = "QUANTITY_INVALID"
        case itemUnavailable = "ITEM_UNAVAILABLE"
        case totalTooLarge = "TOTAL_TOO_LARGE"
        case outOfStock = "OUT_OF_STOCK"
        case priceChanged = "PRICE_CHANGED"
    }

    package var code: Code {
        switch self {
        case .keyReused: .keyReused
        case .addressInvalid: .addressInvalid
        case .cartEmpty: .cartEmpty
        case .cartChanged: .cartChanged
        case .tooManyLines: .tooManyLines
        case .quantityInvalid: .quantityInvalid
        case .itemUnavailable: .itemUnavailable
        case .totalTooLarge: .totalTooLarge
        case .outOfStock: .outOfStock
        case .priceChanged: .priceChanged
        }
    }

    package var message: String {
        switch self {
        case .keyReused: "This request was already used for another order. Go back to the cart and order again."
        case .addressInvalid: "The billing address can't be right. Correct the marked field."
        case .cartEmpty: "Your cart is empty. Choose something first."
        case .cartChanged: "Your cart has changed since the preview. Look at it again before you order."
        case .tooManyLines: "One order takes \(Cart.linesMax) different items. Split your cart in two orders."
        case .quantityInvalid: "Of each item you can order 1 to \(Cart.quantityMax). Change the quantity."
        case .itemUnavailable: "An item in your cart is no longer sold. Remove it and order again."
        case .totalTooLarge: "This order is too large to pay at once. Split your cart in two orders."
        case .outOfStock: "Not enough is left of an item in your cart. Lower the quantity and order again."
        case .priceChanged: "A price has changed since the preview. Look at the new total before you order."
        }
    }
}
