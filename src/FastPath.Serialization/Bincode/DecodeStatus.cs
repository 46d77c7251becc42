namespace FastPath.Serialization.Bincode;

/// <summary>How far a value has been read.</summary>
public enum DecodeStatus
{
    /// <summary>All bytes so far are fine; more are needed.</summary>
    NeedMoreData,

    /// <summary>The value is complete.</summary>
    Done,

    /// <summary>The bytes are not such a value; nothing more is read.</summary>
    Malformed,
}
