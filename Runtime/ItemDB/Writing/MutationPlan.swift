import Expressions
import Items

/// A write that is sure to succeed: its condition held, and its new item was made.
struct MutationPlan {
    var table: Table
    var row: RowKey
    var old: StoredItem?
    var new: StoredItem?
    var cause = Change.Cause.request
}

extension WriteSession {
    /// Reads what is there, evaluates, and makes the new item. Nothing is written, so a failure leaves no trace, and no
    /// savepoint is needed.
    func plan(_ mutation: Mutation, in table: Table) throws(StorageError) -> Result<MutationPlan, MutationFailure> {
        let old = try connection.item(table, mutation.row)
        var plan = MutationPlan(table: table, row: mutation.row, old: old, new: old)
        // Decoded once, and only if somebody looks.
        var decoded: Item?
        if let condition = mutation.condition {
            decoded = old?.item
            guard condition(decoded) else { return .failure(.conditionFailed(old)) }
        }
        switch mutation.action {
        case .check: return .success(plan)
        case .delete: plan.new = nil
        case .put(let item): plan.new = item
        case .update(let change):
            do throws(ExpressionError) {
                var item = try change(decoded ?? old?.item)
                for (name, value) in mutation.key.attributes { item?[name] = value }
                plan.new = item.map { StoredItem($0) }
            } catch {
                return .failure(.rejected(error))
            }
        }
        if let failure = Self.failure(of: plan) { return .failure(failure) }
        return .success(plan)
    }

    private static func failure(of plan: MutationPlan) -> MutationFailure? {
        guard let new = plan.new else { return nil }
        guard new.sizeBytes <= Item.sizeBytesMax else { return .tooLarge(sizeBytes: new.sizeBytes) }
        for index in plan.table.indexes {
            if let failure = index.keyFailure(of: new) { return .indexKey(failure) }
        }
        return nil
    }

    func perform(_ plan: MutationPlan) throws(StorageError) -> MutationOutcome {
        var outcome = MutationOutcome(old: plan.old, new: plan.new)
        let table = plan.table
        switch (plan.old, plan.new) {
        case (nil, nil): return outcome
        case (nil, let new?):
            try connection.insertItem(table.id).run(binding: 1, plan.row.bytes, 2, new.bytes)
        case (let old?, let new?):
            // A write that changes nothing leaves no record in a stream.
            guard !new.isSame(as: old) else { return outcome }
            try connection.updateItem(table.id).run(binding: 1, plan.row.bytes, 2, new.bytes)
        case (_?, nil):
            try connection.deleteItem(table.id).run(binding: 1, plan.row.bytes)
        }
        try markDirty()
        countChanges.add(table.id, old: plan.old?.sizeBytes, new: plan.new?.sizeBytes)
        if !table.isPlain {
            try updateExpiry(plan)
            for index in table.indexes {
                if let write = try update(index, plan) { outcome.indexWrites.append(write) }
            }
        }
        try record(table, old: plan.old, new: plan.new, cause: plan.cause)
        return outcome
    }
}
