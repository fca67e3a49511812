import Glibc

/// The one thread that writes: it takes the waiting requests, carries them out in one transaction, commits, and then
/// answers them all.
///
/// Unchecked: `waiting`, `weight` and `isClosing` are touched under `mutex`, the session by the writer's thread alone.
final class WriterThread: @unchecked Sendable {
    /// Requests that may wait; one more is throttled.
    static let waitingMax = 16_384
    static let waitingSizeBytesMax = 64 << 20
    /// Requests in one transaction: a commit should take milliseconds.
    static let batchMax = 1_024
    /// Pages in the log before they are copied into the file.
    static let checkpointPages = 1_000
    /// Pages in the log at which the writer waits for the readers to let go of it: 128 MB.
    static let logPagesMax = 16_384

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [WriteJob] = []
    private var weight = 0
    private var isClosing = false
    private var thread = pthread_t()

    private let session: WriteSession
    private let published: Published
    private var checkpointedPages = 0

    init(_ session: WriteSession, published: Published) {
        self.session = session
        self.published = published
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrived, nil)
        // The thread keeps the writer alive until it ends.
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            Unmanaged<WriterThread>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, context)
        precondition(code == 0, "no thread for the writer")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(arrived)
        mutex.deallocate()
        arrived.deallocate()
    }

    /// False if too much waits already.
    func submit(_ job: WriteJob) -> Bool {
        pthread_mutex_lock(mutex)
        if isClosing {
            pthread_mutex_unlock(mutex)
            job.fail(.closed(path: session.connection.path))
            return true
        }
        guard waiting.count < Self.waitingMax, weight + job.weight <= Self.waitingSizeBytesMax || waiting.isEmpty else {
            pthread_mutex_unlock(mutex)
            return false
        }
        waiting.append(job)
        weight += job.weight
        let wasEmpty = waiting.count == 1
        pthread_mutex_unlock(mutex)
        // While others wait, the writer is awake or about to be.
        if wasEmpty { pthread_cond_signal(arrived) }
        return true
    }

    /// Carries out what waits, then ends the thread and waits for it.
    func close() {
        pthread_mutex_lock(mutex)
        let wasClosing = isClosing
        isClosing = true
        pthread_mutex_unlock(mutex)
        guard !wasClosing else { return }
        pthread_cond_signal(arrived)
        // The last reference may go away in a completion, which runs on the writer's own thread.
        if pthread_equal(pthread_self(), thread) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    private func take() -> ArraySlice<WriteJob>? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty {
            if isClosing { return nil }
            pthread_cond_wait(arrived, mutex)
        }
        weight = 0
        defer { waiting = [] }
        return waiting[...]
    }

    private func run() {
        while var jobs = take() {
            while !jobs.isEmpty {
                if case .exclusive(let work) = jobs[jobs.startIndex].work {
                    let finish = work(session)
                    published.update(session)
                    finish(nil)
                    jobs.removeFirst()
                } else {
                    let end = jobs.prefix(Self.batchMax).firstIndex { if case .exclusive = $0.work { true } else { false } }
                    let batch = jobs[..<(end ?? min(jobs.endIndex, jobs.startIndex + Self.batchMax))]
                    carryOut(batch)
                    jobs = jobs[batch.endIndex...]
                }
            }
        }
        session.close()
    }

    private func carryOut(_ batch: ArraySlice<WriteJob>) {
        var finishes: [WriteJob.Finish] = []
        finishes.reserveCapacity(batch.count)
        do throws(StorageError) {
            session.isObserved = published.isObserved
            try session.begin()
            for job in batch {
                guard case .write(let work) = job.work else { continue }
                finishes.append(try work(session))
            }
            try session.pruneIfDue()
            try session.commit()
        } catch {
            session.rollBack()
            for job in batch { job.fail(error) }
            return
        }
        // Visible before anybody is answered.
        published.update(session)
        if !session.changes.isEmpty { published.tell(session.changes) }
        for finish in finishes { finish(nil) }
        checkpointIfDue()
    }

    /// After the answers: nobody waits for it but the requests that come meanwhile.
    private func checkpointIfDue() {
        let pages = session.connection.logPages
        if pages < checkpointedPages { checkpointedPages = 0 }
        guard pages >= checkpointedPages + Self.checkpointPages else { return }
        checkpointedPages = session.connection.checkpoint(restarts: pages >= Self.logPagesMax).done
    }
}
