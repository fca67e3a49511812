import Glibc

/// Tells one content of a file from another without reading it.
struct FileIdentity: Hashable {
    private var device: dev_t
    private var inode: ino_t
    private var sizeBytes: off_t
    private var modifiedSeconds: Int
    private var modifiedNanoseconds: Int

    /// nil if there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
        sizeBytes = status.st_size
        modifiedSeconds = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
    }
}
