namespace FastPath.Serialization.Bincode;

/// <summary>Why bytes are not the value they should be.</summary>
public enum BincodeErrorKind
{
    /// <summary>No error.</summary>
    None,

    /// <summary>The input ends inside the field, or a length points behind the end.</summary>
    UnexpectedEnd,

    /// <summary>An enum index that the type does not have.</summary>
    InvalidVariant,

    /// <summary>An enum index that the network knows, of a message this library does not read.</summary>
    UnsupportedVariant,

    /// <summary>The tag of an optional field is neither 0 nor 1.</summary>
    InvalidOptionTag,

    /// <summary>A bool is neither 0 nor 1.</summary>
    InvalidBool,

    /// <summary>A text is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>
    /// The field is well formed, but no such value exists: an id text with a wrong letter, a key of 31 bytes.
    /// </summary>
    InvalidValue,

    /// <summary>A length or count is above what the receiver allows.</summary>
    LimitExceeded,

    /// <summary>Bytes follow the value where none are allowed.</summary>
    TrailingBytes,
}
