namespace FastPath.Serialization.Archived;

/// <summary>What an archive holds, and a reader may ask for by itself.</summary>
internal enum ArchivedField
{
    /// <summary>First half of the contract's key.</summary>
    KeyInstance,

    /// <summary>Second half of it.</summary>
    KeyCode,

    /// <summary>The hash that stands beside the code.</summary>
    CodeHash,
    Parameters,
    Code,
    State,
}
