import Items
import Time

// The requests on items, as the writer carries them out.
extension WriteSession {
    /// The table as it is now; nil if it was deleted, or deleted and made anew, since the request was made.
    func current(_ table: Table) -> Table? {
        guard let current = catalog.tables[table.name], current.id == table.id else { return nil }
        return current
    }

    func write(_ mutation: Mutation) throws(StorageError) -> Result<MutationOutcome, WriteFailure> {
        guard let table = current(mutation.table) else { return .failure(.noSuchTable(mutation.table.name)) }
        switch try plan(mutation, in: table) {
        case .success(let plan): return .success(try perform(plan))
        case .failure(let failure): return .failure(.mutation(failure))
        }
    }

    /// Each by itself: a failing one does not hold up the others.
    func batch(
        _ mutations: [Mutation]
    ) throws(StorageError) -> Result<[Result<MutationOutcome, MutationFailure>], WriteFailure> {
        var results: [Result<MutationOutcome, MutationFailure>] = []
        for mutation in mutations {
            switch try write(mutation) {
            case .success(let outcome): results.append(.success(outcome))
            case .failure(.mutation(let failure)): results.append(.failure(failure))
            case .failure(let failure): return .failure(failure)
            }
        }
        return .success(results)
    }

    /// All or none: everything is decided before anything is written.
    func transact(
        _ mutations: [Mutation], token: TransactionToken?
    ) throws(StorageError) -> Result<TransactionOutcome, WriteFailure> {
        if let token, let fingerprint = try storedFingerprint(token) {
            return fingerprint == token.fingerprint
                ? .success(TransactionOutcome(outcomes: [], isRepeat: true)) : .failure(.tokenReused)
        }
        var plans: [MutationPlan] = []
        var failures: [MutationFailure?] = []
        for mutation in mutations {
            guard let table = current(mutation.table) else { return .failure(.noSuchTable(mutation.table.name)) }
            switch try plan(mutation, in: table) {
            case .success(let plan):
                plans.append(plan)
                failures.append(nil)
            case .failure(let failure): failures.append(failure)
            }
        }
        guard plans.count == mutations.count else { return .failure(.cancelled(failures)) }
        var outcomes: [MutationOutcome] = []
        for plan in plans { outcomes.append(try perform(plan)) }
        if let token { try remember(token) }
        return .success(TransactionOutcome(outcomes: outcomes, isRepeat: false))
    }

    private func storedFingerprint(_ token: TransactionToken) throws(StorageError) -> [UInt8]? {
        let statement = try connection.token()
        return try Array(token.token.utf8).withUnsafeBufferPointer { name throws(StorageError) in
            statement.bind(1, name)
            statement.bind(2, clock().milliseconds)
            defer { statement.reset() }
            return try statement.step() ? statement.blob(0) : nil
        }
    }

    private func remember(_ token: TransactionToken) throws(StorageError) {
        let statement = try connection.putToken()
        statement.bind(3, (clock() + TransactionToken.retention).milliseconds)
        try statement.run(binding: 1, Array(token.token.utf8), 2, token.fingerprint)
    }

    /// Deletes items whose time has passed.
    ///
    /// - Parameter limit: items deleted at most.
    /// - Returns: how many were.
    func expire(limit: Int) throws(StorageError) -> Int {
        var deleted = 0
        for table in catalog.tables.values {
            guard let attribute = table.timeToLive else { continue }
            let now = clock().secondsRoundedDown
            let statement = try connection.dueExpiries(table.id)
            statement.bind(1, now - Self.expiryAgeSecondsMax)
            statement.bind(2, now)
            statement.bind(3, Int64(limit - deleted))
            var rows: [RowKey] = []
            while try statement.step() { rows.append(RowKey(bytes: statement.blob(0))) }
            statement.reset()
            for row in rows {
                guard let old = try connection.item(table, row), old.expiry(attribute) != nil else { continue }
                _ = try perform(MutationPlan(table: table, row: row, old: old, new: nil, cause: .expiry))
                deleted += 1
            }
        }
        return deleted
    }

    /// Times further in the past are taken for mistakes, and the items stay.
    ///
    /// - Note: Source: Amazon DynamoDB Developer Guide, "Using time to live", five years.
    static var expiryAgeSecondsMax: Int64 { 5 * 365 * 24 * 60 * 60 }
}
