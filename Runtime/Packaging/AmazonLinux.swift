/// What Lambda's `provided.al2023` brings.
///
/// - Note: Source: AWS Compute Blog, "Introducing the Amazon Linux 2023 runtime for AWS Lambda" (it is the minimal
///   container image); Amazon Linux 2023 User Guide, "Core toolchain packages glibc, gcc, binutils" (glibc 2.34, gcc
///   11) and "Package changes for curl and libcurl" (libcurl-minimal is in every image).
package enum AmazonLinux {
    /// Libraries that are not shipped with a function, with the newest version of each set of symbols, as far as those
    /// are counted.
    private static let libraries: [String: [String: [Int]]] = [
        "libc.so.6": ["GLIBC": [2, 34]],
        "libm.so.6": ["GLIBC": [2, 34]],
        "libpthread.so.0": ["GLIBC": [2, 34]],
        "libdl.so.2": ["GLIBC": [2, 34]],
        "librt.so.1": ["GLIBC": [2, 34]],
        "ld-linux-x86-64.so.2": ["GLIBC": [2, 34]],
        "ld-linux-aarch64.so.1": ["GLIBC": [2, 34]],
        "libgcc_s.so.1": ["GCC": [7, 0, 0]],
        "libstdc++.so.6": ["GLIBCXX": [3, 4, 29], "CXXABI": [1, 3, 13]],
        "libcurl.so.4": [:],
    ]

    package static func brings(_ library: String) -> Bool { libraries[library] != nil }

    /// Whether a version of a library that it brings is there.
    package static func has(_ needed: ELFFile.NeededVersion) -> Bool {
        guard let newest = libraries[needed.library] else { return true }
        let parts = needed.version.split(separator: "_", maxSplits: 1)
        // Another set of symbols, such as those of Debian's libcurl, is none of it.
        guard parts.count == 2, let limit = newest[String(parts[0])] else { return false }
        let version = parts[1].split(separator: ".").compactMap { Int($0) }
        // `GLIBC_PRIVATE` and its like are promised by nobody.
        return !version.isEmpty && !limit.lexicographicallyPrecedes(version)
    }
}
