import Glibc

/// The pictures that events speak of.
enum PictureFiles {
    static let folder: String = {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        return root + "/events/seed/AvatarsBucket/uploads"
    }()

    /// - Parameter name: such as `ada/photograph`.
    static func bytes(_ name: String) -> [UInt8] {
        let descriptor = open("\(folder)/\(name)", O_RDONLY)
        precondition(descriptor >= 0, "\(name) can't be read")
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &room, room.count)
            guard count > 0 else { return bytes }
            bytes += room[..<count]
        }
    }
}
