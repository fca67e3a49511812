import Glibc

/// What stat(2) says of a file.
///
/// Here, since where Foundation is linked statically, as by the emulator's token library, the compiler takes the
/// structure of stat(2) for CoreFoundation's.
package struct FileStatus: Hashable, Sendable {
    package let sizeBytes: Int
    package let isDirectory: Bool
    /// Of the content: another one after every write, and in another file.
    package let identity: Identity

    package struct Identity: Hashable, Sendable {
        fileprivate let device: UInt64
        fileprivate let inode: UInt64
        fileprivate let sizeBytes: Int
        fileprivate let modifiedSeconds: Int
        fileprivate let modifiedNanoseconds: Int
    }

    /// nil if it can't be asked for; `errno` says why.
    package init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        sizeBytes = Int(status.st_size)
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        identity = Identity(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), sizeBytes: Int(status.st_size),
            modifiedSeconds: status.st_mtim.tv_sec, modifiedNanoseconds: status.st_mtim.tv_nsec)
    }
}
