import Synchronization

/// Which providers are down: their stand-ins answer 503 to every call.
final class ProviderOutages: Sendable {
    private let down = Mutex<Set<PaymentStandIns.Provider>>([])

    func note(_ provider: PaymentStandIns.Provider, isOver: Bool) {
        down.withLock { down in
            if isOver { down.remove(provider) } else { down.insert(provider) }
        }
    }

    func include(_ provider: PaymentStandIns.Provider) -> Bool { down.withLock { $0.contains(provider) } }
}
