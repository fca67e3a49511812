/// One request to the writer.
struct WriteJob: Sendable {
    /// Tells the caller, once the batch is committed or has failed.
    typealias Finish = (StorageError?) -> Void

    enum Work: Sendable {
        /// Done within the batch's transaction.
        case write(@Sendable (WriteSession) throws(StorageError) -> Finish)
        /// Done between transactions.
        case exclusive(@Sendable (WriteSession) -> Finish)
    }

    /// What it holds in memory while it waits, in bytes.
    var weight: Int
    /// Whether it takes no longer than a few items do, so that a caller may carry it out for another.
    var isQuick: Bool
    var work: Work
    let trace = WriteCause.trace
    /// Tells the caller that the job was not carried out.
    var fail: @Sendable (StorageError) -> Void

    /// - Parameter body: what to do; its result is handed on after the commit.
    static func write<Value: Sendable>(
        weight: Int, isQuick: Bool, _ completion: @escaping WriteCompletion<Value>,
        _ body: @escaping @Sendable (WriteSession) throws(StorageError) -> Result<Value, WriteFailure>
    ) -> WriteJob {
        WriteJob(
            weight: weight,
            isQuick: isQuick,
            work: .write { session throws(StorageError) in
                let result = try body(session)
                return { error in completion(error.map { .failure(.storage($0)) } ?? result) }
            },
            fail: { completion(.failure(.storage($0))) })
    }
}
