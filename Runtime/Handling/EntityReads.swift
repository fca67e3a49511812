package import Domain
package import Items
package import Services

extension ItemStore {
    /// The latest committed entity under `key`, or nil.
    package func read<Entity: StoredEntity>(_ type: Entity.Type, at key: ItemKey) async throws -> Entity? {
        try await item(at: key).map { try Entity(item: $0) }
    }
}
