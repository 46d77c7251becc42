namespace FastPath.Serialization.Archived;

/// <summary>Why bytes are no archive.</summary>
internal enum ArchiveErrorKind
{
    None,

    /// <summary>The first bytes belong to something else.</summary>
    NotAnArchive,

    /// <summary>A version of the layout that this library does not know.</summary>
    UnknownVersion,

    /// <summary>A kind of contract, or of content, that this library does not know.</summary>
    UnknownContent,

    /// <summary>The field is not there.</summary>
    MissingField,

    /// <summary>An offset leads out of the archive, or where such a thing cannot lie.</summary>
    BadOffset,

    /// <summary>A length leads out of the archive, or is not the one of the field.</summary>
    BadLength,

    /// <summary>Bytes that mean nothing are not zero.</summary>
    BadPadding,

    /// <summary>A length is above what the receiver allows.</summary>
    LimitExceeded,

    /// <summary>The archive is longer than what there is.</summary>
    Truncated,

    /// <summary>Bytes follow where none are allowed.</summary>
    TrailingBytes,
}
