import Glibc

/// Carries out the requests to write, one batch at a time: all that wait in one transaction, one commit, then the
/// answers.
///
/// Whoever finds the writer idle works itself, on its own thread, and takes what arrives meanwhile along: handing a
/// request to another thread and back costs more than most writes. A thread of the writer's own does what would hold up
/// the caller: changes of tables, copying the log, waiting for the disk, and what is left when a caller has done its
/// share.
///
/// Unchecked: all state is touched under `mutex`, but for the session, which belongs to the one who set `isBusy`.
final class Writer: @unchecked Sendable {
    /// Requests that may wait; one more is throttled.
    static let waitingMax = 16_384
    static let waitingSizeBytesMax = 64 << 20
    /// Requests in one transaction: a commit should take milliseconds.
    static let batchMax = 1_024
    /// Batches of others that a caller carries out after its own request.
    static let batchesPerCallerMax = 4
    /// Pages in the log before they are copied into the file.
    static let checkpointPages = 1_000
    /// Pages in the log at which the writer waits for the readers to let go of it: 128 MB.
    static let logPagesMax = 16_384

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var waiting: [WriteJob] = []
    private var weight = 0
    private var isBusy = false
    /// The thread that is.
    private var worker = pthread_t()
    private var isClosing = false
    private var isCheckpointDue = false
    private var thread = pthread_t()

    private let session: WriteSession
    /// Whether a commit takes no longer than the work before it.
    private let commitsAtOnce: Bool
    /// Of the log, those that are in the file already.
    private var checkpointedPages = 0

    init(_ session: WriteSession, commitsAtOnce: Bool) {
        self.session = session
        self.commitsAtOnce = commitsAtOnce
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        // The thread keeps the writer alive until it ends.
        let context = Unmanaged.passRetained(self).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Writer>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        precondition(code == 0, "no thread for the writer")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(changed)
        mutex.deallocate()
        changed.deallocate()
    }

    /// False if too much waits already.
    func submit(_ job: WriteJob) -> Bool {
        pthread_mutex_lock(mutex)
        if isClosing {
            pthread_mutex_unlock(mutex)
            job.fail(.closed(path: session.connection.path))
            return true
        }
        if commitsAtOnce, job.isQuick, !isBusy, waiting.isEmpty {
            isBusy = true
            worker = pthread_self()
            pthread_mutex_unlock(mutex)
            carryOut([job])
            carryOutWaiting()
            return true
        }
        guard waiting.count < Self.waitingMax, weight + job.weight <= Self.waitingSizeBytesMax || waiting.isEmpty else {
            pthread_mutex_unlock(mutex)
            return false
        }
        waiting.append(job)
        weight += job.weight
        // Whoever is busy looks again before it stops; while others wait, the thread was woken for them.
        let wakes = !isBusy && waiting.count == 1
        pthread_mutex_unlock(mutex)
        if wakes { pthread_cond_signal(changed) }
        return true
    }

    /// Carries out what waits, then ends the thread, and waits for that unless it is called in a completion.
    func close() {
        pthread_mutex_lock(mutex)
        let wasClosing = isClosing
        isClosing = true
        // Called back by the writer, we can't wait for it to end.
        let isCalledBack = isBusy && pthread_equal(pthread_self(), worker) != 0
        pthread_mutex_unlock(mutex)
        guard !wasClosing else { return }
        pthread_cond_signal(changed)
        if isCalledBack {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    /// A caller's share of others' requests; then the writer is idle again, or its thread goes on.
    private func carryOutWaiting() {
        for _ in 0..<Self.batchesPerCallerMax {
            pthread_mutex_lock(mutex)
            let jobs = waiting.allSatisfy(\.isQuick) ? takeWaiting() : []
            pthread_mutex_unlock(mutex)
            if jobs.isEmpty { break }
            carryOutAll(jobs)
        }
        let checkpoints = checkpointIsDue
        pthread_mutex_lock(mutex)
        isBusy = false
        if checkpoints { isCheckpointDue = true }
        let wakes = !waiting.isEmpty || isCheckpointDue || isClosing
        pthread_mutex_unlock(mutex)
        if wakes { pthread_cond_signal(changed) }
    }

    /// Under the mutex.
    private func takeWaiting() -> [WriteJob] {
        weight = 0
        defer { waiting = [] }
        return waiting
    }

    /// The writer's own thread.
    private func run() {
        while true {
            pthread_mutex_lock(mutex)
            while isBusy || (waiting.isEmpty && !isCheckpointDue && !isClosing) { pthread_cond_wait(changed, mutex) }
            let jobs = takeWaiting()
            let ends = isClosing && jobs.isEmpty
            isBusy = true
            worker = pthread_self()
            isCheckpointDue = false
            pthread_mutex_unlock(mutex)
            if ends { break }
            carryOutAll(jobs)
            if checkpointIsDue { checkpoint() }
            pthread_mutex_lock(mutex)
            isBusy = false
            pthread_mutex_unlock(mutex)
        }
        session.close()
    }

    private func carryOutAll(_ jobs: [WriteJob]) {
        var jobs = jobs[...]
        while let first = jobs.first {
            if case .exclusive(let work) = first.work {
                let finish = work(session)
                session.publish()
                finish(nil)
                jobs.removeFirst()
            } else {
                let bound = jobs.prefix(Self.batchMax)
                let batch = bound.prefix { if case .write = $0.work { true } else { false } }
                carryOut(batch)
                jobs = jobs[batch.endIndex...]
            }
        }
    }

    private func carryOut(_ batch: ArraySlice<WriteJob>) {
        var finishes: [WriteJob.Finish] = []
        finishes.reserveCapacity(batch.count)
        do throws(StorageError) {
            try session.begin()
            for job in batch {
                guard case .write(let work) = job.work else { continue }
                session.trace = job.trace
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
        session.publish()
        for finish in finishes { finish(nil) }
    }

    private var checkpointIsDue: Bool {
        let pages = session.connection.logPages
        if pages < checkpointedPages { checkpointedPages = 0 }
        return pages >= checkpointedPages + Self.checkpointPages
    }

    private func checkpoint() {
        let restarts = session.connection.logPages >= Self.logPagesMax
        checkpointedPages = session.connection.checkpoint(restarts: restarts).done
    }
}
