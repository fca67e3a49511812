import Glibc

/// A value that one thread waits for and another gives, once.
///
/// Unchecked: `value` is touched under `mutex`.
package final class Awaited<Value: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let given = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value?

    package init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(given, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(given)
        mutex.deallocate()
        given.deallocate()
    }

    package func fulfil(_ value: Value) {
        pthread_mutex_lock(mutex)
        self.value = .some(value)
        pthread_cond_signal(given)
        pthread_mutex_unlock(mutex)
    }

    /// Blocks the thread: not for event loops, and not where a database calls back.
    package func wait() -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value { return value }
            pthread_cond_wait(given, mutex)
        }
    }
}
