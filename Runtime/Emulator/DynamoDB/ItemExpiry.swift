import ItemDB
import NIOCore
import Time

extension ItemDatabase {
    /// How long an item stays after its time to live, at most. Amazon takes up to days; tests can't.
    static var expiryInterval: TimeAmount { .seconds(1) }

    /// Deletes what has expired by `now`. To be called every ``expiryInterval``.
    func expireDue(at now: Timestamp) {
        // A file that can't be read says so to whoever asks for an item, and what can't be deleted is found again.
        guard let next = try? nextExpiry(), next <= now else { return }
        expire { _ in }
    }
}
