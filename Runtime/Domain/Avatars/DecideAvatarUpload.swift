/// Why a picture can't be uploaded; earlier cases win.
package enum AvatarUploadRefusal: Refusal {
    case typeUnsupported
    case empty
    case tooLarge

    package enum Code: String, CaseIterable, Sendable {
        case typeUnsupported = "TYPE_UNSUPPORTED"
        case empty = "FILE_EMPTY"
        case tooLarge = "FILE_TOO_LARGE"
    }

    package var code: Code {
        switch self {
        case .typeUnsupported: .typeUnsupported
        case .empty: .empty
        case .tooLarge: .tooLarge
        }
    }

    package var message: String {
        switch self {
        case .typeUnsupported: AvatarFailure.typeUnsupported.message
        case .empty: AvatarFailure.empty.message
        case .tooLarge: AvatarFailure.fileTooLarge.message
        }
    }
}

/// Decides whether a user may upload a file of that type and size as an avatar (R28). What the file really is, only
/// its bytes will tell.
///
/// - Parameter type: as browsers call it.
/// - Returns: nil if so.
package func decideAvatarUpload(type: String, bytes: Int) -> AvatarUploadRefusal? {
    guard ["image/jpeg", "image/png"].contains(type) else { return .typeUnsupported }
    guard bytes > 0 else { return .empty }
    return bytes <= AvatarUpload.bytesMax ? nil : .tooLarge
}
